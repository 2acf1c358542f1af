import { createServer, type Server } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Step, StepId } from "../../shared/protocol/getting-started.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { useTempFolder } from "../../shared/testing/use-temp-folder.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";

const folder = useTempFolder("getting-started");
let api: TestApi;
/** An Engine that accepts connections and never answers. */
let hung: Server;

beforeAll(async () => {
  const socket = join(folder.path, "docker.sock");
  hung = createServer(() => {});
  await new Promise<void>((resolve) => hung.listen(socket, resolve));
  api = await startApi({
    dockerHost: `unix://${socket}`,
    env: { FILE_MANAGER_ROOT: folder.path, MCP_ALLOWED_COMMANDS: "npx -y some-server, uvx" },
  });
});
afterAll(async () => {
  await api.close();
  hung.close();
});

const read = async (): Promise<{ steps: Step[]; dismissed: boolean }> =>
  (await api.ask("GET", "/api/getting-started")).body;
const stepOf = async (id: StepId) => (await read()).steps.find((step) => step.id === id);

test("a part that does not answer is unknown, and the others are told all the same", async () => {
  expect(await stepOf("docker")).toMatchObject({ state: "unknown", command: null });
  const { steps } = await read();
  expect(steps.map(({ id }) => id)).toEqual([
    "docker",
    "compose",
    "pm2",
    "nginx",
    "second-factor",
    "alerts",
    "files",
    "mcp",
  ]);
  expect(await stepOf("files")).toMatchObject({
    state: "done",
    detail: `Files shows ${folder.path}; the user of the panel, ${userInfo().username}, can change it.`,
  });
  expect(await stepOf("mcp")).toMatchObject({ state: "done", detail: "MCP servers may run npx -y some-server, uvx." });
  expect(await stepOf("pm2")).toMatchObject({ state: "optional" });
  expect(await stepOf("second-factor")).toMatchObject({ state: "todo" });
});

test("where alerts go follows the channels and the rules", async () => {
  const alerts = async () => {
    // A result counts for two seconds.
    let step: Step | undefined;
    return {
      becomes: (state: Step["state"], detail: RegExp) =>
        eventually(async () => {
          step = await stepOf("alerts");
          return step?.state === state && detail.test(step.detail);
        }),
    };
  };
  const { becomes } = await alerts();
  await becomes("todo", /sent nowhere/);
  const settings = { type: "ntfy", topic: "some-topic" };
  const made = await api.ask("POST", "/api/alerts/channels", { body: { name: "phone", settings } });
  const { id } = made.body.channel;
  await becomes("todo", /sent nowhere/);
  await api.ask("PUT", "/api/alerts/default-channel", { body: { channel: id, allRules: true } });
  await becomes("done", /sent to phone/);
  const condition = { kind: "host-memory", percent: 100 };
  await api.ask("POST", "/api/alerts/rules", { body: { name: "quiet", condition, channels: ["bell"] } });
  await becomes("todo", /1 of 7 rules notify only the bell/);
  await api.ask("PUT", `/api/alerts/channels/${id}`, {
    body: { name: "phone", enabled: false, settings: { ...settings, topic: null } },
  });
  await becomes("todo", /turned off/);
});

test("one administrator dismisses the list for all, and shows it again", async () => {
  expect((await read()).dismissed).toBe(false);
  const set = (dismissed: unknown) => api.ask("PUT", "/api/getting-started", { body: { dismissed } });
  expect((await set(true)).status).toBe(200);
  const other = await api.loginAs("admin");
  expect((await api.ask("GET", "/api/getting-started", { cookie: other })).body.dismissed).toBe(true);
  expect((await set("yes")).status).toBe(400);
  expect((await set(false)).status).toBe(200);
  expect((await read()).dismissed).toBe(false);
});

test("only administrators of the whole host read or change it", async () => {
  for (const cookie of [await api.loginAs("operator"), await api.loginAs("admin", { services: ["web"] })]) {
    expect((await api.ask("GET", "/api/getting-started", { cookie })).status).toBe(403);
  }
  const viewer = await api.loginAs("viewer");
  const body = { dismissed: true };
  expect((await api.ask("PUT", "/api/getting-started", { cookie: viewer, body })).status).toBe(403);
});
