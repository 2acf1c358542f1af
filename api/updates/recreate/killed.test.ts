import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testEngine } from "../../../shared/testing/engine.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { freePort } from "../../../shared/testing/free-port.ts";
import { lacks } from "../../../shared/testing/parts.ts";
import { startLossyEngine } from "../../../shared/testing/peers/lossy-engine.ts";
import { startService } from "../../../shared/testing/service-process.ts";
import { signIn } from "../../../shared/testing/signed-in.ts";
import { type TempFolder, tempFolder } from "../../../shared/testing/temp-folder.ts";
import { createDockerEngine } from "../../docker/docker-engine.ts";
import { startApi } from "../../testing/api-server.ts";
import type { RecreateEntry } from "./recreate-journal.ts";

const engine = testEngine();
const { recoverRecreate } = createDockerEngine({ dockerHost: engine.dockerHost }).lifecycle;
const inspect = (ref: string) => engine.docker.getContainer(ref).inspect();
const isThere = (ref: string) =>
  inspect(ref).then(
    () => true,
    () => false,
  );

describe.skipIf(await lacks("docker"))("a recreate that is interrupted when the server is killed", () => {
  let folder: TempFolder;
  beforeAll(async () => {
    folder = await tempFolder("recreates");
  });
  afterAll(async () => {
    await engine.removeAll();
    await folder?.remove();
  });

  /** Both containers, as a server left them that was killed after it renamed the old one. */
  const leftBy = async (options: { make?: boolean; start?: boolean } = {}) => {
    const { id: oldId, name, container } = await engine.run();
    const mark = randomBytes(3).toString("hex");
    await container.stop({ t: 0 });
    await container.rename({ name: `${name}.before-${mark}` });
    let newId: string | null = null;
    if (options.make) {
      const made = await engine.run({ start: options.start ?? false });
      await made.container.rename({ name });
      newId = made.id;
    }
    const entry: RecreateEntry = { mark, name, oldId, newId, wasRunning: true, phase: "start" };
    return entry;
  };

  test("restores the old container when the new one is missing or never started", async () => {
    for (const options of [{}, { make: true }]) {
      const entry = await leftBy(options);
      expect(await recoverRecreate(entry)).toBe("restored");
      const { Id, State } = await inspect(entry.name);
      expect([Id, State.Running]).toEqual([entry.oldId, true]);
      if (entry.newId) expect(await isThere(entry.newId)).toBe(false);
      expect(await recoverRecreate(entry)).toBe("untouched");
    }
  });

  test("starts no container that did not run before", async () => {
    const entry = await leftBy({ make: true });
    expect(await recoverRecreate({ ...entry, wasRunning: false })).toBe("restored");
    const { Id, State } = await inspect(entry.name);
    expect([Id, State.Running]).toEqual([entry.oldId, false]);
  });

  test("leaves the old container as a backup when the new one has started, or another has its name", async () => {
    const served = await leftBy({ make: true, start: true });
    const foreign = { ...(await leftBy({ make: true })), newId: null };
    for (const entry of [served, foreign]) {
      const before = (await inspect(entry.name)).Id;
      expect(await recoverRecreate(entry)).toBe("backup-left");
      expect((await inspect(entry.name)).Id).toBe(before);
      expect((await inspect(entry.oldId)).Name).toBe(`/${entry.name}.before-${entry.mark}`);
    }
  });

  test("is rolled back by the running server once the Engine responds again", async () => {
    const lossy = await startLossyEngine(engine.socketPath);
    const api = await startApi({ dockerHost: lossy.dockerHost });
    try {
      const { id, name } = await engine.run();
      const next = () => engine.docker.listContainers({ all: true, filters: { name: [`${name}.next-`] } });
      lossy.lose((path) => path.startsWith("/containers/create") || path.includes(".next-"));
      const { body } = await api.ask("POST", `/api/services/${id}/recreate`, { body: {} });
      await eventually(async () => {
        const { job } = (await api.ask("GET", `/api/jobs/${body.job.id}`)).body;
        expect(job).toMatchObject({ state: "failed", error: { code: "upstream_unavailable" } });
      });
      expect(await next()).toHaveLength(1);
      lossy.lose(() => false);
      await eventually(async () => expect(await next()).toEqual([]));
      expect((await inspect(id)).State.Running).toBe(true);
    } finally {
      await api.close();
      await lossy.close();
    }
  });

  test("is rolled back by the next start while the Engine still stops the old container", async () => {
    const origin = "http://localhost:3005";
    const dataDir = join(folder.path, "data");
    const port = await freePort();
    const env = {
      DATA_DIR: dataDir,
      FILE_MANAGER_ROOT: folder.path,
      PM2_HOME: join(folder.path, "pm2"),
      DOCKER_HOST: engine.dockerHost,
      PUBLIC_ORIGIN: origin,
      WS_SERVER_URL: "http://127.0.0.1:9",
      ALERTS_PAUSED: "1",
      LOG_STORE_MAX_BYTES: "0",
      STATS_INTERVAL: "0",
    };
    // The stop takes long enough to be seen, and ends by itself: the next start waits for it.
    const { id, name } = await engine.run({ script: "trap '' TERM; while true; do sleep 0.1; done", stopTimeout: 20 });
    const next = () => engine.docker.listContainers({ all: true, filters: { name: [`${name}.next-`] } });
    let api = await startService("api", { env, port });
    try {
      const { ask } = await signIn({ apiUrl: api.url, dataDir, origin });
      const { job } = await ask<{ job: { id: string } }>("POST", `/api/services/${name}/recreate`, {});
      await eventually(async () => {
        const { job: now } = await ask<{ job: { steps: { id: string }[] } }>("GET", `/api/jobs/${job.id}`);
        return now.steps.some((step) => step.id === "stop");
      });
      api.signal("SIGKILL");
      await api.exited;
      expect(await next()).toHaveLength(1);
      const { StartedAt } = (await inspect(id)).State;
      api = await startService("api", { env, port });
      await eventually(async () => {
        const { Name, State } = await inspect(id);
        return Name === `/${name}` && State.Running && State.StartedAt !== StartedAt;
      });
      expect(await next()).toEqual([]);
    } finally {
      await api.stop();
    }
  });
});
