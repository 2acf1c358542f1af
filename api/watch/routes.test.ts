import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Evidence, Watch } from "../../shared/protocol/watch.ts";
import type { TestContainer } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { startApi } from "../testing/api-server.ts";
import { useDockerApi } from "../testing/docker-api.ts";

describe.skipIf(await lacks("docker"))("what needs attention, with its evidence", () => {
  const { engine, api } = useDockerApi({ logStore: {} });
  let loop: TestContainer;
  let failed: TestContainer;
  let sick: TestContainer;
  beforeAll(async () => {
    loop = await engine.run({ name: "loop", restart: "always", script: "echo boom: no config >&2; exit 9" });
    failed = await engine.run({ name: "failed", script: "echo ERROR: cannot reach db; echo bye; exit 3" });
    sick = await engine.run({
      name: "sick",
      env: ["DB_PASSWORD=hunter22", "PORT=8080"],
      health: "echo token=abc123 port $PORT is closed to $DB_PASSWORD; exit 7",
    });
  });
  const read = async (cookie?: string): Promise<Watch> =>
    (await api.ask("GET", "/api/watch", cookie === undefined ? {} : { cookie })).body;
  const of = ({ evidence }: Watch, { id }: TestContainer): Evidence | undefined =>
    evidence.find((found) => found.id === id);

  test("counts the restarts of a loop, and finds its last words in stderr", async () => {
    await eventually(async () => {
      const found = of(await read(), loop);
      expect(found?.restarts?.count).toBeGreaterThanOrEqual(3);
      expect(found?.restarts?.exitCode).toBe(9);
      expect(found?.line).toMatchObject({ text: "boom: no config", stream: "stderr", isError: true });
    });
  });

  test("of a run that ended, the last error counts and not the last line", async () => {
    await eventually(async () => {
      expect(of(await read(), failed)?.line).toMatchObject({
        text: "ERROR: cannot reach db",
        level: "error",
        isError: true,
      });
    });
  });

  test("says what the health check wrote, without its secrets", async () => {
    await eventually(async () => {
      const health = of(await read(), sick)?.health;
      expect(health).toMatchObject({ output: "token=******** port 8080 is closed to ********", exitCode: 7 });
      expect(health?.failures).toBeGreaterThan(0);
    });
  });

  test("a stopped container is not unhealthy, whatever its last check said", async () => {
    expect((await api.ask("POST", `/api/services/${sick.id}/stop`)).status).toBeLessThan(300);
    // On a busy host both go on as jobs.
    await eventually(async () => expect((await sick.container.inspect()).State.Running).toBe(false));
    await eventually(async () => expect(of(await read(), sick)).toBeUndefined());
    await sick.container.start();
  });

  test("events tell of ends and of a loop as one entry, newest first", async () => {
    const { events } = await read();
    const ofContainer = ({ name }: TestContainer) =>
      events.filter((event) => event.kind === "run" && event.subject.name === name);
    expect(ofContainer(failed)[0]).toMatchObject({ change: "ended", exitCode: 3 });
    expect(ofContainer(loop).filter((event) => event.kind === "run" && event.change === "restarted")).toHaveLength(1);
    expect(events.map(({ at }) => at)).toEqual(
      events
        .map(({ at }) => at)
        .toSorted()
        .reverse(),
    );
    await api.ask("POST", `/api/services/${failed.id}/start`);
    // It may go on as a job.
    await eventually(async () => {
      const action = (await read()).events.find((event) => event.kind === "action" && event.target === failed.name);
      expect(action).toMatchObject({ action: "service:start", state: "succeeded", actor: { name: "ada" } });
    });
  });

  test("usage of all containers comes at once", async () => {
    await eventually(async () => {
      await api.deps.stats.collect();
      const { trends } = await read();
      const trend = trends?.containers.find(({ name }) => name === sick.name);
      expect(trend?.memory.findLast((value) => value !== null)).toBeGreaterThan(0);
      expect(trends?.host?.memory).toHaveLength(trend?.memory.length ?? 0);
      const alone = (await api.ask("GET", "/api/watch/trends")).body.trends;
      expect(alone.containers.map(({ name }: { name: string }) => name)).toContain(sick.name);
    });
  });

  test("a limited account sees its own containers only, in each part", async () => {
    const cookie = await api.loginAs("viewer", { services: [failed.name] });
    const seen = await read(cookie);
    expect(seen.evidence.map(({ id }) => id)).toEqual([failed.id]);
    expect(JSON.stringify(seen)).not.toContain(loop.name);
    expect(JSON.stringify(seen)).not.toContain(sick.name);
    expect([seen.stacks, seen.trends?.containers.filter(({ name }) => name !== failed.name)]).toEqual([null, []]);
    expect(new Set(seen.events.flatMap((event) => (event.kind === "action" ? event.target : [])))).toEqual(
      new Set([failed.name]),
    );
    const { trends } = (await api.ask("GET", "/api/watch/trends", { cookie })).body;
    expect(trends.containers.filter(({ name }: { name: string }) => name !== failed.name)).toEqual([]);
    for (const path of ["/api/watch", "/api/watch/trends"]) {
      expect((await api.ask("GET", path, { cookie: "" })).status).toBe(401);
    }
  });

  test("a key gets the parts that its permissions include", async () => {
    const body = { name: "host only", role: "viewer", scopes: ["system:view"], days: 1 };
    const made = await api.ask("POST", "/api/keys", { body });
    expect([made.status, made.text]).toEqual([201, expect.stringContaining("secret")]);
    const answer = await api.ask("GET", "/api/watch", { token: made.body.secret });
    expect(answer.status).toBe(200);
    const { evidence, alerts, stacks, events, trends }: Watch = answer.body;
    expect({ evidence, alerts, stacks, events }).toEqual({ evidence: [], alerts: null, stacks: null, events: [] });
    expect([trends?.containers, trends?.host === null]).toEqual([[], false]);
  });
});

test("files that cannot be read leave their part unknown, and the others as they are", async () => {
  const fail = () => {
    throw new Error("database disk image is malformed");
  };
  const api = await startApi({
    change: ({ activity, stats }) => ({
      activity: { ...activity, store: { ...activity.store, scan: fail } },
      stats: { ...stats, trends: fail },
    }),
  });
  try {
    const { status, body } = await api.ask("GET", "/api/watch");
    expect(status).toBe(200);
    expect(body).toMatchObject({ trends: null, events: [], alerts: [] });
    expect(body.unknown).toEqual(expect.arrayContaining(["metrics", "activity"]));
  } finally {
    await api.close();
  }
});

describe("without an Engine", () => {
  let pm2: TestPm2;
  beforeAll(async () => {
    pm2 = await testPm2();
  });
  afterAll(() => pm2.close());

  test("an Engine that does not respond is unknown, and a process that fails again and again is explained", async () => {
    const api = await startApi({ pm2Home: pm2.home, dockerHost: "tcp://127.0.0.1:1" });
    try {
      // PM2 takes a run of more than a second for a good one: it is online nearly all of the time.
      const source = "setTimeout(() => { throw new Error('no port left'); }, 1_500);";
      await pm2.start({ name: "sad", source });
      await api.deps.stats.collect();
      await eventually(async () => {
        const { evidence, unknown }: Watch = (await api.ask("GET", "/api/watch")).body;
        expect(unknown).toContain("docker");
        expect(evidence[0]).toMatchObject({ kind: "process", id: "sad", restarts: { exitCode: 1 } });
        expect(evidence[0]?.restarts?.count).toBeGreaterThanOrEqual(3);
        expect(evidence[0]?.line).toMatchObject({ text: "Error: no port left", level: "error", stream: "stderr" });
      });
    } finally {
      await api.close();
    }
  });
});
