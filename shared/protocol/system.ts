import { z } from "zod";

const percent = z.number().min(0).max(100);
const bytes = z.int();

export const diskStatsSchema = z.object({
  mount: z.string(),
  device: z.string(),
  type: z.string(),
  total: bytes,
  used: bytes,
  available: bytes,
  usagePercent: percent,
});
export type DiskStats = z.infer<typeof diskStatsSchema>;

export const unknownDiskSchema = z.object({
  mount: z.string(),
  device: z.string(),
  type: z.string(),
  state: z
    .enum(["silent", "failed", "denied", "omitted"])
    .describe(
      "`silent`: no response in time; `denied`: the user of the panel lacks the right; `omitted`: too many file systems.",
    ),
  reason: z.string().describe("One sentence."),
});
export type UnknownDisk = z.infer<typeof unknownDiskSchema>;

/** One network interface: totals since boot, and rates since the previous sample. */
export const networkStatsSchema = z.object({
  name: z.string(),
  counted: z
    .boolean()
    .describe(
      "False when another interface counts the same bytes: a bond, bridge, VLAN or tunnel over a network card.",
    ),
  rxBytes: bytes,
  txBytes: bytes,
  rxBytesPerSecond: z.number(),
  txBytesPerSecond: z.number(),
});
export type NetworkStats = z.infer<typeof networkStatsSchema>;

/** One sample of the host. Bytes, seconds, percent 0-100. */
export const systemStatsSchema = z.object({
  cpu: z.object({
    count: z.int(),
    usage: percent.describe("Share used since the previous sample."),
    loadAvg: z.tuple([z.number(), z.number(), z.number()]).describe("1, 5 and 15 minutes."),
    perCore: z.array(percent),
  }),
  memory: z.object({
    total: bytes,
    free: bytes,
    used: bytes.describe("`total` minus `available`: without page cache and buffers."),
    available: bytes,
    usagePercent: percent,
  }),
  swap: z.object({ total: bytes, used: bytes, free: bytes, usagePercent: percent }),
  disks: z.array(diskStatsSchema).describe("Each disk once."),
  unknownDisks: z
    .array(unknownDiskSchema)
    .optional()
    .describe("File systems that exist and could not be measured; absent when there are none."),
  network: z.array(networkStatsSchema).describe("The total is the sum of the `counted` interfaces."),
  uptime: z.number().describe("Seconds since the host started."),
  platform: z.string(),
  hostname: z.string(),
  pm2Processes: z
    .object({ total: z.int(), online: z.int() })
    .nullable()
    .describe("Null when the daemon of PM2 is not running."),
  containers: z
    .object({ total: z.int(), running: z.int() })
    .nullable()
    .describe("Null when the Docker Engine is not available."),
  timestamp: z.iso.datetime(),
});
export type SystemStats = z.infer<typeof systemStatsSchema>;

/** Hardware of the host; a text is empty when the machine does not report it. */
export const hardwareInfoSchema = z.object({
  manufacturer: z.string(),
  model: z.string(),
  virtualization: z.string().describe("Hypervisor or container technology; empty on bare metal."),
  sockets: z.int(),
  physicalCores: z.int(),
  maxSpeedGHz: z.number().nullable(),
});
export type HardwareInfo = z.infer<typeof hardwareInfoSchema>;

/** Properties that do not change while the host runs. */
export const systemInfoSchema = z.object({
  hostname: z.string(),
  platform: z.string(),
  distribution: z.string(),
  kernel: z.string(),
  architecture: z.string(),
  cpuModel: z.string(),
  cpuCount: z.int(),
  memoryTotal: bytes.describe("Bytes."),
  bootedAt: z.iso.datetime(),
  hardware: hardwareInfoSchema.nullable().describe("Null when it could not be read."),
});
export type SystemInfo = z.infer<typeof systemInfoSchema>;

/** State of a part that the panel depends on. `absent`: not installed or not configured, which is no error. */
export const dependencySchema = z.object({
  state: z.enum(["up", "down", "absent"]),
  hint: z.string().optional().describe("How to fix it, in one sentence."),
});
export type DependencyState = z.infer<typeof dependencySchema>;

export const dependenciesSchema = z.object({
  docker: dependencySchema,
  pm2: dependencySchema,
  files: dependencySchema,
  realtime: dependencySchema,
  redis: dependencySchema,
});
export type DependencyName = keyof z.infer<typeof dependenciesSchema>;
