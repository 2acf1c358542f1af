import process from "node:process";
import type { HardwareInfo, SystemInfo } from "../protocol/system.ts";
import { withTimeout } from "../server/async/with-timeout.ts";
import { readHardware } from "./hardware.ts";
import type { HostSample } from "./host-sample.ts";
import { createLinuxMetrics } from "./metrics-linux.ts";
import { createPortableMetrics } from "./metrics-portable.ts";

/**
 * Host metrics: procfs on Linux (without child processes), systeminformation on macOS and for the hardware. Rates are
 * computed between two calls of `sample`, so all callers share one reader.
 */
export interface HostMetrics {
  sample(): Promise<HostSample>;
  /** Facts that do not change while the host runs; read once. `hardware` is null for what is not found within three seconds. */
  info(): Promise<SystemInfo>;
}

/** A younger sample is returned again, so that many callers cost no more than one. */
const SAMPLE_AGE_MS = 500;
/** Longest wait for the hardware: systeminformation starts about twenty programs, each of which can hang on an unusual machine. */
const HARDWARE_LIMIT_MS = 3_000;

export function createHostMetrics(): HostMetrics {
  const metrics = process.platform === "linux" ? createLinuxMetrics() : createPortableMetrics();
  let latest: Promise<HostSample> | undefined;
  let takenAt = 0;
  let facts: ReturnType<typeof metrics.info> | undefined;
  let hardware: Promise<HardwareInfo | null> | undefined;
  let isSlow = false;
  return {
    sample() {
      if (latest && performance.now() - takenAt < SAMPLE_AGE_MS) return latest;
      takenAt = performance.now();
      const taken = metrics.sample();
      latest = taken;
      // A failed sample is not shared, unless a newer one has replaced it.
      taken.catch(() => {
        if (latest === taken) latest = undefined;
      });
      return taken;
    },
    async info() {
      facts ??= metrics.info();
      facts.catch(() => {
        facts = undefined;
      });
      // What a slow machine finds later is there for a later caller; only the first ones wait.
      hardware ??= readHardware();
      const found = withTimeout(hardware, isSlow ? 0 : HARDWARE_LIMIT_MS, () => {
        isSlow = true;
        return null;
      });
      return { ...(await facts), hardware: await found };
    },
  };
}
