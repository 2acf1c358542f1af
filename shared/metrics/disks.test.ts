import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createDiskReader, type DiskSystem } from "./disk-reader.ts";
import cases from "./mount-cases.json" with { type: "json" };
import { listVolumes } from "./mounts.ts";

const GIBIBYTE = 1024 ** 3;
const MEBIBYTE = 1024 ** 2;
const sizes = { bsize: 10, blocks: 100, bfree: 40, bavail: 20 };
const isFolder = async () => true;
const settled = () => new Promise(setImmediate);

interface Case {
  name: string;
  mounts: string[];
  /** Total, used and available of each path, in GiB. */
  sizes: Record<string, number[]>;
  files?: string[];
  errors?: Record<string, string>;
  unknown?: [string, string][];
  disks: [string, string, number, number][];
}

const systemOf = ({ sizes, files = [], errors = {} }: Case): DiskSystem => ({
  isFolder: async (path) => !files.includes(path),
  async statfs(path) {
    if (errors[path]) throw Object.assign(new Error(errors[path]), { code: errors[path] });
    const [total = 0, used = 0, available = 0] = (sizes[path] ?? []).map((gibibytes) => Math.round(gibibytes * 1024));
    return { bsize: MEBIBYTE, blocks: total, bfree: total - used, bavail: available };
  },
});

test.each(cases as unknown as Case[])("lists each disk once: $name", async (one) => {
  const { disks, unknownDisks } = await createDiskReader(systemOf(one))(listVolumes(one.mounts.join("\n")));
  expect(disks.map(({ mount, device, used, available }) => [mount, device, used, available])).toEqual(
    one.disks.map(([mount, device, ...rest]) => [
      mount,
      device,
      ...rest.map((gibibytes) => Math.round(gibibytes * 1024) * MEBIBYTE),
    ]),
  );
  expect(unknownDisks.map(({ mount, state }) => [mount, state])).toEqual(one.unknown ?? []);
});

test("the use of a pool is the sum of its datasets", async () => {
  const one = (cases as unknown as Case[]).find(({ name }) => name.startsWith("datasets of a ZFS pool")) as Case;
  const { disks } = await createDiskReader(systemOf(one))(listVolumes(one.mounts.join("\n")));
  expect(disks.find(({ mount }) => mount === "/tank")).toMatchObject({ usagePercent: 99.5, total: 10_001 * GIBIBYTE });
});

const volume = (mount: string, isRemote: boolean) => ({
  device: mount,
  type: isRemote ? "nfs4" : "ext4",
  mounts: [mount],
  isPart: false,
  isRemote,
});

describe("mounts that do not respond", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());
  /** Advances by the longest wait of a sample. */
  const later = async <T>(reading: Promise<T>): Promise<T> => {
    await vi.advanceTimersByTimeAsync(5_000);
    return reading;
  };

  test("dead mounts are reported as unknown, delay nothing else, and are not measured again while they hang", async () => {
    const asked: string[] = [];
    const waiting = new Map<string, (value: typeof sizes) => void>();
    const read = createDiskReader({
      isFolder,
      statfs(path) {
        asked.push(path);
        return path.startsWith("/dead") ? new Promise((resolve) => waiting.set(path, resolve)) : Promise.resolve(sizes);
      },
    });
    const volumes = [
      ...["/dead1", "/dead2", "/dead3"].map((mount) => volume(mount, true)),
      volume("/", false),
      volume("/home", false),
    ];
    for (let round = 0; round < 3; round++) {
      const { disks, unknownDisks } = await later(read(volumes));
      expect(disks.map(({ mount }) => mount)).toEqual(["/", "/home"]);
      expect(unknownDisks.map(({ mount, state }) => [mount, state])).toEqual([
        ["/dead1", "silent"],
        ["/dead2", "silent"],
        ["/dead3", "silent"],
      ]);
    }
    // Each blocks a thread of the runtime.
    expect(asked.filter((path) => path.startsWith("/dead"))).toEqual(["/dead1", "/dead2"]);
    for (const revive of waiting.values()) revive(sizes);
    await settled();
    const { disks } = await later(read(volumes));
    expect(disks.map(({ mount }) => mount)).toContain("/dead1");
    for (const revive of waiting.values()) revive(sizes);
  });

  test("a mount that responds too late is shown with its last measurement, and samples do not wait for it", async () => {
    const late: ((value: typeof sizes) => void)[] = [];
    const read = createDiskReader({ isFolder, statfs: () => new Promise((resolve) => late.push(resolve)) });
    const volumes = [volume("/slow", true)];
    expect((await later(read(volumes))).unknownDisks).toMatchObject([{ mount: "/slow", state: "silent" }]);
    late.shift()?.(sizes);
    await settled();
    expect((await read(volumes)).disks).toEqual([
      { mount: "/slow", device: "/slow", type: "nfs4", total: 1000, used: 600, available: 200, usagePercent: 75 },
    ]);
    // It is measured again only after a while.
    expect((await read(volumes)).disks).toHaveLength(1);
    expect(late).toHaveLength(0);
  });
});

test("a host with too many mounts states how many are not listed", async () => {
  const read = createDiskReader({ isFolder, statfs: async () => sizes });
  const volumes = Array.from({ length: 203 }, (_, n) => volume(`/mnt/${n}`, false));
  const { disks, unknownDisks } = await read(volumes);
  expect(disks).toHaveLength(200);
  expect(unknownDisks).toMatchObject([{ state: "omitted", reason: "3 more file systems are not listed." }]);
});
