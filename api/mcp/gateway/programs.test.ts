import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TempFolder, tempFolder } from "../../../shared/testing/temp-folder.ts";
import { everythingServer } from "../testing.ts";
import { startGateway, type TestGateway } from "./testing.ts";

const packages = join(import.meta.dirname, "../../../node_modules/@modelcontextprotocol");
const inspector = join(packages, "inspector-cli/build");
const run = promisify(execFile);

let gateway: TestGateway;
let temp: TempFolder;

beforeAll(async () => {
  gateway = await startGateway();
  temp = await tempFolder("mcp-gateway");
  const node = { type: "stdio", command: process.execPath };
  await gateway.expose("everything", { ...node, args: [everythingServer] });
  await gateway.expose("files", { ...node, args: [join(packages, "server-filesystem/dist/index.js"), temp.path] });
  const env = { MEMORY_FILE_PATH: join(temp.path, "memory.jsonl") };
  await gateway.expose("memory", { ...node, args: [join(packages, "server-memory/dist/index.js")], env });
  await gateway.offers("everything__echo", "files__read_text_file", "memory__read_graph");
});
afterAll(async () => {
  await gateway.close();
  await temp.remove();
});

test("the Inspector's command line lists and uses tools, resources and prompts", async () => {
  const { secret } = await gateway.key();
  const inspect = async (...args: string[]) => {
    const target = [gateway.url.href, "--transport", "http", "--header", `Authorization: Bearer ${secret}`];
    // It finds its own package only from this folder.
    const { stdout } = await run(process.execPath, ["index.js", ...target, "--method", ...args], { cwd: inspector });
    return stdout;
  };
  const [tools, sum, resources, templates, prompts, prompt] = await Promise.all([
    inspect("tools/list"),
    inspect("tools/call", "--tool-name", "everything__get-sum", "--tool-arg", "a=2", "b=40"),
    inspect("resources/list"),
    inspect("resources/templates/list"),
    inspect("prompts/list"),
    inspect("prompts/get", "--prompt-name", "everything__args-prompt", "--prompt-args", "city=Vienna"),
  ]);
  const toolNames = (JSON.parse(tools).tools as { name: string }[]).map(({ name }) => name);
  expect(toolNames).toEqual(
    expect.arrayContaining(["everything__echo", "files__read_text_file", "memory__read_graph"]),
  );
  expect(sum).toContain("42");
  expect(JSON.parse(templates).resourceTemplates.length).toBeGreaterThan(0);
  expect(prompts).toContain("everything__args-prompt");
  expect(prompt).toContain("Vienna");
  const [{ uri }] = JSON.parse(resources).resources as [{ uri: string }];
  expect(JSON.parse(await inspect("resources/read", "--uri", uri)).contents[0]).toMatchObject({ uri });
  // An error of the gateway is one for the command line too.
  await expect(inspect("tools/call", "--tool-name", "everything__none")).rejects.toThrow(/Unknown tool/);
});

test("server-filesystem keeps the folder that the panel gave it, whatever roots a client has", async () => {
  const client = await gateway.connect({ capabilities: { roots: { listChanged: true } } });
  client.setRequestHandler("roots/list", () => ({ roots: [{ uri: "file:///etc" }] }));
  await client.sendRootsListChanged();
  const call = async (name: string, args: Record<string, unknown>) =>
    client.callTool({ name: `files__${name}`, arguments: args });
  const path = join(temp.path, "note.txt");
  await call("write_file", { path, content: "written by a client" });
  expect(await readFile(path, "utf8")).toBe("written by a client");
  expect(JSON.stringify(await call("read_text_file", { path }))).toContain("written by a client");
  expect(await call("read_text_file", { path: "/etc/hostname" })).toMatchObject({ isError: true });
  expect(JSON.stringify(await call("list_allowed_directories", {}))).not.toContain("/etc");
});

test("clients of server-memory share one process: each sees what another wrote", async () => {
  const [writer, reader] = [await gateway.connect(), await gateway.connect()];
  const entities = [{ name: "Ada", entityType: "person", observations: ["wrote the first program"] }];
  await writer.callTool({ name: "memory__create_entities", arguments: { entities } });
  // The schema and the structured part of the result pass too: the client checks one by the other.
  const { tools } = await reader.listTools();
  expect(tools.find(({ name }) => name === "memory__read_graph")?.outputSchema).toBeDefined();
  const graph = await reader.callTool({ name: "memory__read_graph", arguments: {} });
  expect(graph.structuredContent).toMatchObject({ entities });
});
