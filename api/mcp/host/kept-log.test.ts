import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../../shared/testing/eventually.ts";
import { type TempFolder, tempFolder } from "../../../shared/testing/temp-folder.ts";
import { startApi, type TestApi } from "../../testing/api-server.ts";
import { smallServerScript } from "../testing.ts";

let api: TestApi;
let temp: TempFolder;
beforeAll(async () => {
  temp = await tempFolder("mcp-kept");
  api = await startApi({ env: { MCP_ALLOWED_COMMANDS: process.execPath }, logStore: {} });
});
afterAll(async () => {
  await api?.close();
  await temp?.remove();
});

test("the output of a server is kept in the log history, masked, and stays when the server is removed", async () => {
  const path = join(temp.path, "server.mjs");
  await writeFile(path, `${smallServerScript}\nconsole.error("kept line one\\nkey " + process.env.KEY);`);
  const transport = { type: "stdio", command: process.execPath, args: [path], env: { KEY: "s3cret-value" } };
  const { id } = (await api.ask("POST", "/api/mcp", { body: { name: "kept", transport } })).body.server;
  await api.ask("POST", `/api/mcp/${id}/start`);
  await eventually(async () => (await api.ask("GET", `/api/mcp/${id}/log`)).text.includes("kept line"));
  await api.ask("DELETE", `/api/mcp/${id}`);
  const search = async (query: string) => (await api.ask("GET", `/api/logs?${query}`)).text;
  await eventually(async () => (await search(`mcp=${id}`)).includes("key ********"));
  expect(await search(`mcp=${id}&q=${encodeURIComponent("line one")}`)).toContain("kept line one");
  expect(await search("kind=mcp")).not.toContain("s3cret-value");
  expect(await search("mcp=other")).not.toContain("kept line");
});
