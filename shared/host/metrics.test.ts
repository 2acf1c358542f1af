import { spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { cpus, hostname } from "node:os";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { createDiskReader } from "./disk-usage.ts";
import { createHostMetrics, type PlatformMetrics } from "./metrics.ts";
import { createPortableMetrics } from "./metrics-portable.ts";
import { parseCpuTimes, parseInterfaces, parseMounts } from "./procfs.ts";

const linux = process.platform === "linux";
const percent = (value: number) => value >= 0 && value <= 100;

describe.each<[string, () => PlatformMetrics]>([
  ["the host's own reader", createHostMetrics],
  ["the portable reader", createPortableMetrics],
])("%s", (_, create) => {
  test("samples figures that agree with each other", async () => {
    const asked = Date.now();
    const { cpu, memory, swap, disks, uptime, timestamp, ...rest } = await create().sample();
    const at = Date.parse(timestamp);
    expect([at >= asked, at <= Date.now()]).toEqual([true, true]);
    expect(cpu.count).toBe(cpus().length);
    expect(cpu.perCore).toHaveLength(cpu.count);
    expect([cpu.usage, ...cpu.perCore, memory.usagePercent, swap.usagePercent]).toSatisfy((all: number[]) =>
      all.every(percent),
    );
    expect(memory.used).toBe(memory.total - memory.available);
    expect(memory.available).toBeGreaterThan(0);
    const root = disks.find(({ mount }) => mount === "/");
    expect(root?.total).toBeGreaterThanOrEqual((root?.used ?? 0) + (root?.available ?? 0));
    expect(uptime).toBeGreaterThan(0);
    expect(rest).toMatchObject({ platform: process.platform, hostname: hostname() });
  });

  test("describes the host", async () => {
    const info = await create().info();
    expect(info).toMatchObject({ hostname: hostname(), architecture: process.arch, cpuCount: cpus().length });
    for (const text of [info.distribution, info.kernel, info.cpuModel]) expect(text).not.toBe("");
    expect(Date.parse(info.bootedAt)).toBeLessThan(Date.now());
  });
});

test("tells what the machine is made of, and reads it once", async () => {
  const metrics = createHostMetrics();
  const [info, again] = await Promise.all([metrics.info(), metrics.info()]);
  expect(info.hardware?.physicalCores).toBeGreaterThan(0);
  expect(info.hardware?.physicalCores).toBeLessThanOrEqual(cpus().length);
  expect(info.hardware?.sockets).toBeGreaterThan(0);
  for (const text of [info.hardware?.manufacturer, info.hardware?.model, info.hardware?.virtualization]) {
    expect(text).toEqual(expect.not.stringMatching(/^-$|default string|\p{Cc}/iu));
  }
  expect(again).toBe(info);
});

describe.skipIf(!linux)("on Linux", () => {
  test("counts a busy processor between two samples", async () => {
    const metrics = createHostMetrics();
    await metrics.sample();
    await eventually(async () => {
      const until = performance.now() + 600;
      while (performance.now() < until); // burn one core for longer than a sample is kept
      const { cpu } = await metrics.sample();
      return Math.max(...cpu.perCore) > 50;
    });
  });

  test("starts no child process for a sample", async () => {
    const metrics = createHostMetrics();
    let children = 0;
    const count = () => void children++;
    subscribe("child_process", count);
    try {
      await metrics.sample();
      expect(children).toBe(0);
      spawn("true").unref();
      expect(children, "children are counted at all").toBeGreaterThan(0);
    } finally {
      unsubscribe("child_process", count);
    }
  });

  test("gives many askers one sample", async () => {
    const metrics = createHostMetrics();
    const [one, other] = await Promise.all([metrics.sample(), metrics.sample()]);
    expect(one).toBe(other);
  });
});

describe("reading procfs", () => {
  test("counts waiting for disks as idle", () => {
    const { all, cores } = parseCpuTimes("cpu  10 0 10 70 10 0 0 0 5 0\ncpu0 10 0 10 70 10 0 0 0 5 0\nintr 1\n");
    expect(all).toEqual({ busy: 20, total: 100 });
    expect(cores).toHaveLength(1);
  });

  test("leaves out interfaces inside the host", () => {
    const line = (name: string) => `  ${name}: 100 1 0 0 0 0 0 0 200 2 0 0 0 0 0 0`;
    const dev = ["Inter-| Receive", " face |bytes", ...["lo", "eth0", "veth1a2b", "docker0", "br-9", "wg0"].map(line)];
    expect(parseInterfaces(dev.join("\n"))).toEqual([
      { name: "eth0", rxBytes: 100, txBytes: 200 },
      { name: "wg0", rxBytes: 100, txBytes: 200 },
    ]);
  });

  test("lists each file system once, with the blanks of its path", () => {
    const mounts = [
      "proc /proc proc rw 0 0",
      "/dev/vda1 / ext4 rw 0 0",
      "/dev/vda1 /var/lib/docker ext4 rw 0 0",
      "/dev/sdb1 /mnt/my\\040disk xfs rw 0 0",
      "/dev/loop3 /snap/core/1 squashfs ro 0 0",
      "tank/a /a zfs rw 0 0",
      "tank/b /b zfs rw 0 0",
      "tmpfs /run tmpfs rw 0 0",
    ];
    expect(parseMounts(mounts.join("\n")).map(({ mount }) => mount)).toEqual(["/", "/mnt/my disk", "/a"]);
  });
});

test("goes on without a mount that is dead, and asks it no second time while it hangs", async () => {
  const asked: string[] = [];
  const sizes = { bsize: 10, blocks: 100, bfree: 40, bavail: 20 };
  let revive: (value: typeof sizes) => void = () => undefined;
  const read = createDiskReader((path) => {
    asked.push(path);
    return path === "/dead" ? new Promise((resolve) => (revive = resolve)) : Promise.resolve(sizes);
  });
  const mounts = ["/", "/dead", "/data"].map((mount) => ({ mount, device: mount, type: "nfs" }));
  const live = async () => (await read(mounts)).map(({ mount }) => mount);
  expect(await live()).toEqual(["/", "/data"]);
  expect(await live()).toEqual(["/", "/data"]);
  expect(asked.filter((path) => path === "/dead")).toHaveLength(1);
  revive(sizes);
  expect(await read(mounts)).toContainEqual({
    ...{ mount: "/", device: "/", type: "nfs", total: 1000, used: 600, available: 200, usagePercent: 75 },
  });
  await eventually(async () => {
    read(mounts);
    return asked.filter((path) => path === "/dead").length > 1;
  });
  revive(sizes);
});
