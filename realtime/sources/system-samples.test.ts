import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { DockerHost } from "../../shared/docker/docker-host.ts";
import type { HostSample } from "../../shared/metrics/host-sample.ts";
import type { ProcessHost } from "../../shared/pm2/process-host.ts";
import { createSystemSampler } from "./system-samples.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

test("a sample that fails late does not replace a newer one", async () => {
  const outcomes: PromiseWithResolvers<HostSample>[] = [];
  const sample = () => {
    const outcome = Promise.withResolvers<HostSample>();
    outcomes.push(outcome);
    return outcome.promise;
  };
  const away = { list: () => Promise.reject(new Error("away")) };
  const sampler = createSystemSampler(
    { sample, info: () => Promise.reject(new Error("not asked")) },
    away as unknown as DockerHost,
    away as unknown as ProcessHost,
  );
  const settled = () => new Promise(setImmediate);
  const older = sampler.sample();
  await settled();
  vi.advanceTimersByTime(5_000);
  const newer = sampler.sample();
  await settled();
  outcomes[1]?.resolve({ uptime: 7 } as HostSample);
  outcomes[0]?.reject(new Error("late"));
  await expect(older).rejects.toThrow("late");
  expect(await newer).toMatchObject({ uptime: 7, containers: null });
  expect(sampler.sample()).toBe(newer);
  expect(outcomes).toHaveLength(2);
});
