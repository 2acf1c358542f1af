import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import cases from "./interface-cases.json" with { type: "json" };
import { type InterfaceFacts, listInterfaces, parseInterfaces, readInterfaceFacts } from "./interfaces.ts";
import { createNetworkRates } from "./network-rates.ts";
import { sumTraffic } from "./traffic.ts";

interface Row {
  name: string;
  rx: number;
  tx: number;
  bus?: string;
  master?: string;
  lower?: string[];
  bridge?: boolean;
  tun?: boolean;
  type?: number;
  /** The interface below it, or an index in another namespace. */
  over?: string;
  link?: number;
}

const loopback: Row = { name: "lo", rx: 900, tx: 900, type: 772 };
const devOf = (rows: readonly Row[]) =>
  [
    "Inter-|   Receive",
    " face |bytes",
    ...rows.map(({ name, rx, tx }) => `${name}: ${rx} 1 0 0 0 0 0 0 ${tx} 2 0 0 0 0 0 0`),
  ].join("\n");

function factsOf(rows: readonly Row[]): Map<string, InterfaceFacts> {
  const indexOf = (name: string) => rows.findIndex((row) => row.name === name) + 1;
  return new Map(
    rows.map((row) => [
      row.name,
      {
        bus: row.bus ?? null,
        master: row.master ?? null,
        lower: row.lower ?? [],
        isBridge: row.bridge ?? false,
        isTun: row.tun ?? false,
        type: row.type ?? 1,
        index: indexOf(row.name),
        link: row.over ? indexOf(row.over) : (row.link ?? indexOf(row.name)),
      },
    ]),
  );
}

test.each(cases)("counts each byte once: $name", ({ interfaces, counted, also, rx, tx, noFacts }) => {
  const rows = [loopback, ...(interfaces as Row[])];
  const facts = factsOf(rows);
  const listed = listInterfaces(parseInterfaces(devOf(rows)), (name) => (noFacts ? undefined : facts.get(name)));
  expect(listed.filter((one) => one.counted).map(({ name }) => name)).toEqual(counted);
  expect(listed.filter((one) => !one.counted).map(({ name }) => name)).toEqual(also);
  const sum = (pick: (one: (typeof listed)[number]) => number) =>
    listed.reduce((total, one) => total + (one.counted ? pick(one) : 0), 0);
  expect([sum((one) => one.rxBytes), sum((one) => one.txBytes)]).toEqual([rx, tx]);
});

test("the total of the rates excludes interfaces that are not counted", () => {
  const toRates = createNetworkRates();
  const at = (bytes: number) =>
    [true, false].map((counted, index) => ({ name: `eth${index}`, counted, rxBytes: bytes, txBytes: bytes }));
  toRates(at(0));
  const rates = toRates(at(1_000_000));
  expect(rates.map(({ counted }) => counted)).toEqual([true, false]);
  expect(sumTraffic(rates)).toEqual({ rx: rates[0]?.rxBytesPerSecond, tx: rates[0]?.txBytesPerSecond });
  expect(sumTraffic(rates).rx).toBeGreaterThan(0);
});

test("reads from sysfs what an interface is built on", () => {
  const folder = mkdtempSync(join(tmpdir(), "net-"));
  const make = (
    name: string,
    {
      files = {},
      folders = [],
      links = {},
    }: Record<"files" | "links", Record<string, string>> & { folders?: string[] },
  ) => {
    mkdirSync(join(folder, name));
    for (const inner of folders) mkdirSync(join(folder, name, inner), { recursive: true });
    for (const [file, text] of Object.entries({ type: "1", ifindex: "2", iflink: "2", ...files }))
      writeFileSync(join(folder, name, file), `${text}\n`);
    for (const [link, target] of Object.entries(links)) symlinkSync(target, join(folder, name, link));
  };
  try {
    make("eth0", {
      files: {},
      folders: ["device"],
      links: { "device/subsystem": "../../../bus/virtio", master: "../bond0" },
    });
    make("bond0", { files: {}, folders: ["bonding"], links: { lower_eth0: "../eth0", lower_eth1: "../eth1" } });
    make("br0", { files: { ifindex: "7", iflink: "7" }, folders: ["bridge"], links: {} });
    make("tun0", { files: { type: "65534", tun_flags: "0x1" }, links: {} });
    const plain = { bus: null, master: null, lower: [], isBridge: false, isTun: false, type: 1, index: 2, link: 2 };
    expect(readInterfaceFacts("eth0", folder)).toEqual({ ...plain, bus: "virtio", master: "bond0" });
    expect(readInterfaceFacts("bond0", folder)).toEqual({ ...plain, lower: ["eth0", "eth1"] });
    expect(readInterfaceFacts("br0", folder)).toEqual({ ...plain, isBridge: true, index: 7, link: 7 });
    expect(readInterfaceFacts("tun0", folder)).toEqual({ ...plain, isTun: true, type: 65534 });
    expect(readInterfaceFacts("gone", folder)).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
