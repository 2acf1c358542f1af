import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";
import { smallServerScript } from "../mcp/testing.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { firing, historyOf, makeRule, until } from "./testing.ts";

let api: TestApi;
let temp: TempFolder;
beforeAll(async () => {
  temp = await tempFolder("mcp-alerts");
  api = await startApi({ env: { MCP_ALLOWED_COMMANDS: process.execPath } });
});
afterAll(async () => {
  await api?.close();
  await temp?.remove();
});

const register = async (name: string, script: string): Promise<string> => {
  const path = join(temp.path, `${name}.mjs`);
  await writeFile(path, script);
  const transport = { type: "stdio", command: process.execPath, args: [path] };
  return (await api.ask("POST", "/api/mcp", { body: { name, transport } })).body.server.id;
};

test("a rule fires for a server that fails and for one that keeps failing, until it is stopped or removed", async () => {
  const calm = await register("calm", smallServerScript);
  const broken = await register("broken", "process.exit(3)");
  const looping = await register(
    "looping",
    `${smallServerScript}\nglobalThis.onReady = () => setTimeout(() => process.exit(4), 500);`,
  );
  const failed = await makeRule(api, { condition: { kind: "mcp-failed" } });
  const restarts = await makeRule(api, { condition: { kind: "mcp-restarts", count: 2, withinSeconds: 60 } });
  await api.ask("POST", `/api/mcp/${calm}/start`);
  await api.ask("POST", `/api/mcp/${broken}/start`);
  await api.ask("POST", `/api/mcp/${looping}/start`);
  await until(api, restarts, "firing");
  expect(await firing(api, restarts)).toEqual(["looping"]);
  await api.ask("POST", `/api/mcp/${looping}/stop`);
  await until(api, failed, "firing");
  expect(await firing(api, failed)).toContain("broken");
  expect(await firing(api, failed)).not.toContain("calm");
  await api.ask("DELETE", `/api/mcp/${broken}`);
  await until(api, failed, "resolved");
  expect(await historyOf(api, failed)).toContain("resolved");
  const { alerts } = (await api.ask("GET", "/api/alerts")).body as { alerts: { subject: { kind: string } }[] };
  for (const { subject } of alerts) expect(subject.kind).toBe("mcp");
});
