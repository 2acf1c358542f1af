import { expect, test } from "vitest";
import type { HostSample } from "../../shared/metrics/host-sample.ts";
import type { Service } from "../../shared/protocol/service.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { silentLog } from "../../shared/server/log.ts";
import { createCollector } from "./collector.ts";

test("a round ends when the Engine is gone, and sends no request after its end", async () => {
  const running = Array.from({ length: 40 }, (_, n) => ({ id: `${n}`, name: `c${n}`, state: "running" }) as Service);
  let asked = 0;
  const docker = {
    list: async () => running,
    statsOnce: async () => {
      const number = ++asked;
      await new Promise(setImmediate);
      if (number === 2) throw new UnavailableError("down", "The Docker Engine does not answer.");
      return undefined;
    },
  };
  const metrics = { sample: () => Promise.reject<HostSample>(new Error("not asked")) };
  const options = { docker, metrics, store: () => undefined, log: silentLog(), interval: () => 0 };
  const collector = createCollector(options);
  await collector.collect();
  const sofar = asked;
  expect(sofar).toBeLessThan(running.length);
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  expect(asked).toBe(sofar);
  await collector.stop();
});
