import process from "node:process";
import type { SystemInfo } from "../protocol/system.ts";
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
  /** Facts that do not change while the host runs; read once. */
  info(): Promise<SystemInfo>;
}

/** A younger sample is returned again, so that many callers cost no more than one. */
const SAMPLE_AGE_MS = 500;

export function createHostMetrics(): HostMetrics {
  const metrics = process.platform === "linux" ? createLinuxMetrics() : createPortableMetrics();
  let latest: Promise<HostSample> | undefined;
  let takenAt = 0;
  let info: Promise<SystemInfo> | undefined;
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
    info() {
      info ??= Promise.all([metrics.info(), readHardware()]).then(([facts, hardware]) => ({ ...facts, hardware }));
      info.catch(() => {
        info = undefined;
      });
      return info;
    },
  };
}
