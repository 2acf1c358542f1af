import { spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { cpus, hostname } from "node:os";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import type { PlatformMetrics } from "./host-sample.ts";
import { createHostMetrics } from "./metrics.ts";
import { createPortableMetrics } from "./metrics-portable.ts";
import { parseCpuTimes, parseMemory } from "./procfs.ts";
import { localSizes, remoteSizes } from "./statfs.ts";

const linux = process.platform === "linux";
const percent = (value: number) => value >= 0 && value <= 100;

describe.each<[string, () => PlatformMetrics]>([
  ["the host's own reader", createHostMetrics],
  ["the portable reader", createPortableMetrics],
])("%s", (_, create) => {
  test("samples are consistent", async () => {
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

test("reads the hardware once", async () => {
  const metrics = createHostMetrics();
  await eventually(async () => (await metrics.info()).hardware !== null);
  const [info, again] = await Promise.all([metrics.info(), metrics.info()]);
  expect(info.hardware?.physicalCores).toBeGreaterThan(0);
  expect(info.hardware?.physicalCores).toBeLessThanOrEqual(cpus().length);
  expect(info.hardware?.sockets).toBeGreaterThan(0);
  for (const text of [info.hardware?.manufacturer, info.hardware?.model, info.hardware?.virtualization]) {
    expect(text).toEqual(expect.not.stringMatching(/^-$|default string|\p{Cc}/iu));
  }
  expect(again.hardware).toBe(info.hardware);
});

describe.skipIf(!linux)("on Linux", () => {
  test("counts a busy processor between two samples", async () => {
    const metrics = createHostMetrics();
    await metrics.sample();
    await eventually(async () => {
      const until = performance.now() + 600;
      while (performance.now() < until); // keep one core busy for longer than a sample is cached
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
      expect(children, "the counter sees child processes").toBeGreaterThan(0);
    } finally {
      unsubscribe("child_process", count);
    }
  });

  test("the child process measures a file system like the runtime, and reports why it cannot", async () => {
    const [own, other] = await Promise.all([localSizes("/"), remoteSizes("/")]);
    expect(other.blocks * other.bsize).toBe(own.blocks * own.bsize);
    expect(other.bavail).toBeGreaterThan(0);
    await expect(remoteSizes("/no/such folder")).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("shares one sample among callers at the same time", async () => {
    const metrics = createHostMetrics();
    const [one, other] = await Promise.all([metrics.sample(), metrics.sample()]);
    expect(one).toBe(other);
  });
});

describe("reading procfs", () => {
  test("counts I/O wait as idle", () => {
    const { all, cores } = parseCpuTimes("cpu  10 0 10 70 10 0 0 0 5 0\ncpu0 10 0 10 70 10 0 0 0 5 0\nintr 1\n");
    expect(all).toEqual({ busy: 20, total: 100 });
    expect(cores).toHaveLength(1);
  });

  test("counts caches that give way as available, that of ZFS too, and does without the kernel's own sum", () => {
    const meminfo = (more: string) =>
      `MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 50 kB\nCached: 200 kB\nShmem: 20 kB\n${more}`;
    const arc = (size: number) => `c_min 4 ${50 * 1024}\nsize 4 ${size * 1024}\n`;
    const available = (more: string, arcstats?: string) => parseMemory(meminfo(more), arcstats).available / 1024;
    expect(available("MemAvailable: 400 kB\n")).toBe(400);
    expect(available("SReclaimable: 30 kB\n")).toBe(360);
    expect(available("MemAvailable: 400 kB\n", arc(450))).toBe(800);
    // The cache of the host, as seen in a container that uses less.
    expect(available("MemAvailable: 400 kB\n", arc(20_000))).toBe(400);
  });
});
