import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Child, startChild } from "../testing/child.ts";
import { lacks } from "../testing/parts.ts";
import { projectFolder } from "../testing/service-process.ts";
import { type TempFolder, tempFolder } from "../testing/temp-folder.ts";
import { localServiceUrl, loopbackAddress } from "./loopback.ts";

test.each([
  [["127.0.0.1", "::1"], "127.0.0.1"],
  [["127.0.0.1"], "127.0.0.1"],
  [["::1"], "::1"],
  [[], "127.0.0.1"],
])("with the addresses %j the loopback address is %s", (addresses, expected) => {
  expect(loopbackAddress(new Set(addresses))).toBe(expected);
});

test.each([
  ["127.0.0.1", "http://127.0.0.1:3006"],
  ["192.0.2.7", "http://192.0.2.7:3006"],
  ["2001:db8::7", "http://[2001:db8::7]:3006"],
  ["localhost", "http://localhost:3006"],
  ["0.0.0.0", "http://127.0.0.1:3006"],
  ["::", "http://127.0.0.1:3006"],
  ["0:0:0:0:0:0:0:0", "http://127.0.0.1:3006"],
])("a service that listens on %s is reached at %s", (host, url) => {
  expect(localServiceUrl(host, 3006, new Set(["127.0.0.1", "::1"]))).toBe(url);
});

test("a service that listens on all addresses is reached by ::1 if there is no 127.0.0.1", () => {
  expect(localServiceUrl("::", 3006, new Set(["::1"]))).toBe("http://[::1]:3006");
});

/** Each runs in its own network namespace, in which loopback is up and at first has both addresses. */
const networks: [what: string, setUp: string, loopback: string, env?: Record<string, string>][] = [
  ["IPv4 and IPv6", "", "127.0.0.1"],
  ["no ::1", "ip -6 address del ::1/128 dev lo", "127.0.0.1"],
  ["IPv6 off", "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6", "127.0.0.1"],
  ["::1 alone", "ip -4 address del 127.0.0.1/8 dev lo", "[::1]"],
  ["an address of its own", "ip address add 192.0.2.7/32 dev lo", "192.0.2.7", { HOST: "192.0.2.7" }],
  ["every address", "", "127.0.0.1", { HOST: "::" }],
];

describe.skipIf(await lacks("bash", "curl", "namespaces"))("services started by hand", () => {
  let folder: TempFolder;
  let services: Child | undefined;
  beforeEach(async () => {
    folder = await tempFolder("loopback");
  });
  afterEach(async () => {
    await services?.stop();
    await folder.remove();
  });

  test.each(networks)("find each other on a machine with %s", async (_what, setUp, loopback, env = {}) => {
    const script = `set -e; ip link set lo up; ${setUp || "true"}
      "$NODE" api/main.ts & "$NODE" realtime/main.ts &
      trap 'kill $(jobs -p); wait' TERM
      for port in 3006 3007; do
        until curl -gsf -H "Authorization: Bearer $(cat "$DATA_DIR/emit-token")" "http://$LOOPBACK:$port/ready"; do
          [ "$(jobs -rp | wc -l)" = 2 ] || exit 1
          sleep 0.2
        done
      done
      echo found; wait`;
    services = await startChild("unshare", ["--net", "bash", "--norc", "-c", script], {
      cwd: projectFolder,
      env: {
        PATH: process.env.PATH,
        HOME: folder.path,
        NODE: process.execPath,
        LOOPBACK: loopback,
        DATA_DIR: join(folder.path, "data"),
        DOCKER_HOST: `unix://${folder.path}/none`,
        PM2_HOME: join(folder.path, "pm2"),
        FILE_MANAGER_ROOT: folder.path,
        NODE_ENV: "test",
        LOG_LEVEL: "warn",
        ...env,
      },
    });
    await services.prints("found");
  });
});
