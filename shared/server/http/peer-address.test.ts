import { describe, expect, test } from "vitest";
import { addressBucket, createPeers, parseAddress } from "./peer-address.ts";

describe("an address in the notation of sockets and proxies", () => {
  test.each([
    ["203.0.113.7", "203.0.113.7"],
    ["203.0.113.7:40000", "203.0.113.7"],
    [" 203.0.113.7 ", "203.0.113.7"],
    ['"203.0.113.7:40000"', "203.0.113.7"],
    ["203.0.113.7:", "203.0.113.7"],
    ["203.0.113.7:_hidden", "203.0.113.7"],
    ["[203.0.113.7]:80", "203.0.113.7"],
    ["2001:db8::7", "2001:db8::7"],
    ["2001:DB8:0:0:0:0:0:7", "2001:db8::7"],
    ["[2001:db8::7]", "2001:db8::7"],
    ["[2001:db8::7]:40000", "2001:db8::7"],
    ['"[2001:db8::7]:40000"', "2001:db8::7"],
    ["2001:db8:1:2:3:4:5:6:443", "2001:db8:1:2:3:4:5:6"],
    ["fe80::1%eth0", "fe80::1"],
    ["[fe80::1%25eth0]:443", "fe80::1"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::FFFF:203.0.113.7", "203.0.113.7"],
    ["::ffff:cb00:7107", "203.0.113.7"],
    ["0:0:0:0:0:ffff:203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7:40000", "203.0.113.7"],
    ["[::ffff:203.0.113.7]:40000", "203.0.113.7"],
    ["::1", "::1"],
  ])("%j is read as %s", (text, address) => {
    expect(parseAddress(text)).toBe(address);
  });

  test.each([
    "",
    "unknown",
    "_hidden",
    "localhost",
    "1.2.3",
    "010.0.0.1",
    "1.2.3.4.5",
    "[::1",
    "::1]",
    "a:80",
    ":80",
    "%",
    "1.2.3.4\0",
    `${"1".repeat(10_000)}:1`,
  ])("%j is not an address", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe("the client behind proxies", () => {
  const request = (remoteAddress: string | undefined, forwarded?: string | string[]) => ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded as string },
  });
  const peers = createPeers(["127.0.0.1", "10.0.0.0/8", "2001:db8:ffff::/48", "0:0:0:0:0:0:0:1"]);

  test.each([
    ["no proxy", "198.51.100.1", undefined, "198.51.100.1"],
    ["a header from an unknown peer", "198.51.100.1", "203.0.113.7", "198.51.100.1"],
    ["one proxy", "127.0.0.1", "203.0.113.7", "203.0.113.7"],
    ["a proxy seen as IPv6", "::ffff:127.0.0.1", "203.0.113.7:9", "203.0.113.7"],
    ["a proxy listed in another spelling", "::1", "[2001:db8::7]:9", "2001:db8::7"],
    ["a claim of the client", "127.0.0.1", "192.0.2.66, 203.0.113.7", "203.0.113.7"],
    ["two proxies, one in a network", "127.0.0.1", "203.0.113.7, 10.1.2.3", "203.0.113.7"],
    [
      "three proxies, ports, and a claim",
      "127.0.0.1",
      "1.1.1.1, 203.0.113.7:1, 10.1.2.3:2, [2001:db8:ffff::9]:3",
      "203.0.113.7",
    ],
    ["several header lines", "127.0.0.1", ["192.0.2.66", "203.0.113.7"], "203.0.113.7"],
    ["a chain of proxies only", "127.0.0.1", "10.1.2.3, 10.1.2.4", "10.1.2.3"],
    ["a proxy that names no client", "127.0.0.1", "unknown", "127.0.0.1"],
    ["an inner proxy that names no client", "127.0.0.1", "192.0.2.66, unknown, 10.1.2.3", "10.1.2.3"],
    ["an empty header", "127.0.0.1", "", "127.0.0.1"],
    ["no header", "127.0.0.1", undefined, "127.0.0.1"],
    ["no connection", undefined, "203.0.113.7", "unknown"],
  ])("with %s", (_case, remoteAddress, forwarded, address) => {
    expect(peers.addressOf(request(remoteAddress, forwarded))).toBe(address);
  });

  test("is trusted by its own address only, never by a forwarded one", () => {
    expect(peers.isTrusted(request("::ffff:10.9.9.9"))).toBe(true);
    expect(peers.isTrusted(request("198.51.100.1", "127.0.0.1"))).toBe(false);
    expect(peers.isTrusted(undefined)).toBe(false);
  });
});

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["2001:db8::7", "2001:db8:0:0::/64"],
  ["2001:db8:0:0:ffff::", "2001:db8:0:0::/64"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["::1", "::1"],
  ["unknown", "unknown"],
])("limits count %s as %s", (address, bucket) => {
  expect(addressBucket(address)).toBe(bucket);
});
