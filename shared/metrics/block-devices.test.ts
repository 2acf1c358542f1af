import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type BlockEntry, readDisksBelow, sumBlockBytes } from "./block-devices.ts";

const entry = (device: string, value: number, op = "read"): BlockEntry => {
  const [major, minor] = device.split(":").map(Number);
  return { major, minor, op, value };
};
const below: Record<string, string[]> = { "253:0": ["8:0"], "253:1": ["8:0"], "9:0": ["8:16", "8:32"] };
const sum = (entries: BlockEntry[]) => sumBlockBytes(entries, "read", (device) => below[device] ?? []);

test.each<[string, BlockEntry[], number]>([
  ["disks beside each other", [entry("8:0", 10), entry("8:16", 5)], 15],
  ["a volume and its disk", [entry("253:0", 10), entry("8:0", 10)], 10],
  ["two volumes of one disk that has more bytes", [entry("253:0", 10), entry("253:1", 5), entry("8:0", 20)], 20],
  ["a volume whose disk is not counted", [entry("253:0", 10)], 10],
  ["a volume whose disk has other bytes", [entry("253:0", 10), entry("8:0", 2)], 12],
  ["halves on two disks of a RAID", [entry("9:0", 10), entry("8:16", 5), entry("8:32", 5)], 10],
  ["counts of other kinds", [entry("8:0", 10), entry("8:0", 10, "Total"), entry("8:0", 3, "write")], 10],
  ["an Engine that capitalizes operations", [entry("8:0", 10, "Read")], 10],
  ["entries without numbers", [{ op: "read", value: 4 }], 4],
  ["nothing", [], 0],
])("counts each byte that a container reads once: %s", (_, entries, expected) => {
  expect(sum(entries)).toBe(expected);
});

test("finds the disks below a volume in sysfs, through partitions and other volumes", () => {
  const root = mkdtempSync(join(tmpdir(), "block-"));
  const at = (...parts: string[]) => join(root, ...parts);
  const make = (path: string, dev: string, slaves: Record<string, string> = {}) => {
    mkdirSync(at("devices", path, "slaves"), { recursive: true });
    writeFileSync(at("devices", path, "dev"), `${dev}\n`);
    for (const [name, target] of Object.entries(slaves)) {
      symlinkSync(at("devices", target), at("devices", path, "slaves", name));
    }
    symlinkSync(at("devices", path), at(dev));
  };
  try {
    make("sda", "8:0");
    make("sda/sda2", "8:2");
    writeFileSync(at("devices", "sda/sda2", "partition"), "2\n");
    make("sdb", "8:16");
    make("md0", "9:0", { sda2: "sda/sda2", sdb: "sdb" });
    make("dm-0", "253:0", { md0: "md0" });
    expect(readDisksBelow("253:0", root)).toEqual(["8:0", "8:16"]);
    expect(readDisksBelow("8:0", root)).toEqual([]);
    expect(readDisksBelow("99:9", root)).toEqual([]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
