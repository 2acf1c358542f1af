import { hostname } from "node:os";
import { describe, expect, test } from "vitest";
import { systemInfoSchema, systemStatsSchema } from "../../shared/protocol/system.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { useDockerApi } from "../testing/docker-api.ts";

describe.skipIf(await lacks("docker"))("the host", () => {
  const { engine, api } = useDockerApi();

  test("is described, with the state of its parts", async () => {
    const { body } = await api.ask("GET", "/api/system");
    expect(systemInfoSchema.parse(body.info).hostname).toBe(hostname());
    expect(body.dependencies).toMatchObject({
      docker: { state: "up" },
      pm2: { state: "absent" },
      redis: { state: "absent" },
    });
  });

  test("is sampled, including the number of containers and processes", async () => {
    await engine.run();
    const { body } = await api.ask("GET", "/api/system/stats", { cookie: await api.loginAs("viewer") });
    const stats = systemStatsSchema.parse(body.stats);
    expect(stats.containers?.running).toBeGreaterThan(0);
    expect(stats.containers?.total).toBeGreaterThanOrEqual(stats.containers?.running ?? 0);
    expect(stats.pm2Processes).toBeNull();
  });
});
