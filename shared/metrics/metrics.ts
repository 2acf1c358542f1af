import process from "node:process";
import type { SystemInfo } from "../protocol/system.ts";
import { readHardware } from "./hardware.ts";
import type { HostSample } from "./host-sample.ts";
import { createLinuxMetrics } from "./metrics-linux.ts";
import { createPortableMetrics } from "./metrics-portable.ts";

/**
 * Host metrics: procfs on Linux (no child process a sample), systeminformation on macOS and for the static facts of the hardware.
 * `sample` remembers the counters of its last call, so one reader serves all; rates are between two calls.
 */
export interface HostMetrics {
  sample(): Promise<HostSample>;
  /** Read once; what cannot change while the host runs. */
  info(): Promise<SystemInfo>;
}

/** A sample younger than this is given again, so that many askers cost no more than one. */
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
      // A failed one is not shared; a newer one may stand in its place already.
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
