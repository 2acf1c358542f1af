import { z } from "zod";
import type { DependencyName, DependencyState, SystemInfo, SystemStats } from "../../shared/protocol/system.ts";

export const dependencySchema = z.object({
  state: z.enum(["up", "down", "absent"]),
  hint: z.string().optional().describe("What to do about it."),
}) satisfies z.ZodType<DependencyState>;

export const dependenciesSchema = z.object({
  docker: dependencySchema,
  pm2: dependencySchema,
  files: dependencySchema,
  realtime: dependencySchema,
  redis: dependencySchema,
}) satisfies z.ZodType<Record<DependencyName, DependencyState>>;

export const systemInfoSchema = z.object({
  hostname: z.string(),
  platform: z.string(),
  distribution: z.string(),
  kernel: z.string(),
  architecture: z.string(),
  cpuModel: z.string(),
  cpuCount: z.int(),
  memoryTotal: z.int().describe("Bytes."),
  bootedAt: z.iso.datetime(),
  hardware: z
    .object({
      manufacturer: z.string(),
      model: z.string(),
      virtualization: z.string().describe("Hypervisor or container technology; empty on bare metal."),
      sockets: z.int(),
      physicalCores: z.int(),
      maxSpeedGHz: z.number().nullable(),
    })
    .nullable()
    .describe("Null where it could not be read."),
}) satisfies z.ZodType<SystemInfo>;

const percent = z.number().min(0).max(100);
const bytes = z.int();

export const systemStatsSchema = z.object({
  cpu: z.object({
    count: z.int(),
    usage: percent,
    loadAvg: z.tuple([z.number(), z.number(), z.number()]).describe("1, 5 and 15 minutes."),
    perCore: z.array(percent),
  }),
  memory: z.object({ total: bytes, free: bytes, used: bytes, available: bytes, usagePercent: percent }),
  swap: z.object({ total: bytes, used: bytes, free: bytes, usagePercent: percent }),
  disks: z.array(
    z.object({
      mount: z.string(),
      device: z.string(),
      type: z.string(),
      total: bytes,
      used: bytes,
      available: bytes,
      usagePercent: percent,
    }),
  ),
  unknownDisks: z
    .array(
      z.object({
        mount: z.string(),
        device: z.string(),
        type: z.string(),
        state: z.enum(["silent", "failed", "denied", "omitted"]),
        reason: z.string(),
      }),
    )
    .optional()
    .describe("File systems that could not be measured; absent when there are none."),
  network: z.array(
    z.object({
      name: z.string(),
      counted: z.boolean().describe("False where another interface counts the same bytes."),
      rxBytes: bytes,
      txBytes: bytes,
      rxBytesPerSecond: z.number(),
      txBytesPerSecond: z.number(),
    }),
  ),
  uptime: z.number().describe("Seconds."),
  platform: z.string(),
  hostname: z.string(),
  pm2Processes: z.object({ total: z.int(), online: z.int() }).nullable(),
  containers: z.object({ total: z.int(), running: z.int() }).nullable(),
  timestamp: z.iso.datetime(),
}) satisfies z.ZodType<SystemStats>;
