import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ActivityEntry } from "../../shared/protocol/activity.ts";
import type { Job } from "../../shared/protocol/job.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free-port.ts";
import { type ServiceProcess, startService } from "../../shared/testing/service-process.ts";
import { signIn } from "../../shared/testing/signed-in.ts";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";

/**
 * An Engine without containers that never answers a pull: what waits for it runs until it is killed. It answers all else at
 * once, since an Engine that hangs is not even asked for a pull.
 */
const silentEngine = createServer(({ url = "" }, response) => {
  if (url.includes("/images/create")) return;
  response.writeHead(200, { "content-type": "application/json" });
  if (url.includes("/events")) return void response.flushHeaders(); // the stream stays open
  response.end(url.includes("/_ping") ? "OK" : "[]");
});
let folder: TempFolder;
let api: ServiceProcess;
beforeAll(async () => {
  folder = await tempFolder("killed");
  await new Promise<void>((resolve) => silentEngine.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await api?.stop();
  silentEngine.closeAllConnections();
  silentEngine.close();
  await folder?.remove();
});

test("a killed API has the record of what was done, and tells of a job in its middle as interrupted", async () => {
  const address = silentEngine.address();
  const dataDir = join(folder.path, "data");
  const origin = "http://localhost:3005";
  const env = {
    DATA_DIR: dataDir,
    FILE_MANAGER_ROOT: folder.path,
    PM2_HOME: join(folder.path, "pm2"),
    DOCKER_HOST: `tcp://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    PUBLIC_ORIGIN: origin,
    UPDATE_CHECK_HOURS: "0",
    STATS_INTERVAL: "0",
    ALERTS_PAUSED: "true",
  };
  const port = await freePort();
  api = await startService("api", { env, port });
  const { ask } = await signIn({ apiUrl: api.url, dataDir, origin });
  const list = async (query: string) =>
    (await ask<{ entries: ActivityEntry[] }>("GET", `/api/activity?${query}`)).entries;

  await ask("POST", "/api/files/folder", { path: "/made" });
  const { job } = await ask<{ job: Job }>("POST", "/api/images/pull", { reference: "busybox:1" });
  // The list writes what waits; the journal has the job since before it started.
  expect(await list("state=running")).toMatchObject([{ id: job.id, action: "image:pull", cancellable: true }]);
  api.signal("SIGKILL");
  await api.exited;

  api = await startService("api", { env, port });
  const entries = await list("limit=10");
  expect(entries.find(({ id }) => id === job.id)).toMatchObject({
    state: "interrupted",
    target: "busybox:1",
    actor: { name: "ada" },
    error: { code: "gone" },
    cancellable: false,
  });
  expect(entries.find(({ action }) => action === "file:create-folder")).toMatchObject({ state: "succeeded" });
  expect(entries[0]).toMatchObject({ action: "activity:gap", actor: { kind: "system" } });
  const { jobs } = await ask<{ jobs: Job[] }>("GET", "/api/jobs");
  expect(jobs).toMatchObject([{ id: job.id, state: "interrupted" }]);

  await api.stop(); // an orderly end
  api = await startService("api", { env, port });
  await eventually(async () => (await list("action=activity:gap")).length === 1);
  expect((await ask<{ job: Job }>("GET", `/api/jobs/${job.id}`)).job).toMatchObject({ state: "interrupted" });
});
