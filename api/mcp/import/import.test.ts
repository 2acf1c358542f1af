import process from "node:process";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { McpServer } from "../../../shared/protocol/mcp.ts";
import type { McpImported, McpImportPreview, McpSnippet } from "../../../shared/protocol/mcp-import.ts";
import { startApi, type TestApi } from "../../testing/api-server.ts";

const node = process.execPath;
const reference = (text: string) => `\${${text}}`;

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ env: { MCP_ALLOWED_COMMANDS: `${node},npx -y allowed,uvx` } });
});
afterAll(async () => api?.close());
beforeEach(async () => {
  for (const { id } of await listed()) await api.ask("DELETE", `/api/mcp/${id}`);
});

const listed = async () => (await api.ask("GET", "/api/mcp")).body.servers as McpServer[];
const preview = async (text: string) =>
  (await api.ask("POST", "/api/mcp/import/preview", { body: { content: text } })).body.preview as McpImportPreview;
const take = async (text: string, more: object = {}) =>
  (await api.ask("POST", "/api/mcp/import", { body: { content: text, ...more } })).body.servers as McpImported[];
const stored = (name: string) => {
  const row = api.deps.database.prepare("SELECT transport FROM mcp_server WHERE name = ?").get(name);
  return JSON.parse(String(row?.transport)) as Record<string, unknown>;
};

describe("reads the file of", () => {
  test.for([
    ["Claude and Cursor", "mcpServers", `{"mcpServers": {"a": {"command": "uvx", "args": ["mcp-server-git"]}}}`],
    [
      "VS Code, with comments and commas that trail",
      "vscode",
      `{
        // servers of this folder
        "inputs": [],
        "servers": { "a": { "type": "stdio", "command": "uvx", "args": ["mcp-server-git",], }, /* end */ },
      }`,
    ],
    ["VS Code's settings", "vscode", `{"mcp": {"servers": {"a": {"command": "uvx", "args": ["mcp-server-git"]}}}}`],
    ["a document that shows the entry alone", "servers", `"a": { "command": "uvx", "args": ["mcp-server-git"] },`],
    ["one server", "server", `\uFEFF{ "name": "a", "command": "uvx", "args": ["mcp-server-git"] }`],
    ["a list of servers by name", "servers", `{"a": {"command": "uvx", "args": ["mcp-server-git"]}, "$schema": "x"}`],
    ["a command on one line", "mcpServers", `{"mcpServers": {"a": {"command": "uvx mcp-server-git"}}}`],
    ["Windows", "mcpServers", `{"mcpServers": {"a": {"command": "cmd", "args": ["/c", "uvx", "mcp-server-git"]}}}`],
  ] as const)("%s", async ([, form, text]) => {
    const read = await preview(text);
    expect(read).toMatchObject({ form, entries: [{ name: "a", action: "add", reason: null }] });
    expect(read.entries[0]?.transport).toEqual({
      type: "stdio",
      command: "uvx",
      args: ["mcp-server-git"],
      envNames: [],
    });
  });

  test.for([
    ["no JSON", "{ mcpServers: ", /not JSON: .*1:/],
    ["another document", `{"name": "x", "version": "1"}`, /No MCP servers/],
    ["a list", `[1]`, /No MCP servers/],
    ["nothing", `{"mcpServers": {}}`, /No MCP servers/],
  ] as const)("%s: not", async ([, text, why]) => {
    const response = await api.ask("POST", "/api/mcp/import/preview", { body: { content: text } });
    expect(response).toMatchObject({ status: 400, body: { code: "invalid_input", error: expect.stringMatching(why) } });
  });
});

test("takes a client of OAuth that was registered by hand, with its secret by reference", async () => {
  const text = JSON.stringify({
    mcpServers: {
      cursor: {
        url: "https://example.com/a",
        auth: { CLIENT_ID: "panel", CLIENT_SECRET: `\${env:CLIENT_SECRET}`, scopes: ["read", "write"] },
      },
      code: { type: "http", url: "https://example.com/b", oauth: { clientId: "panel", callbackPort: 8080 } },
    },
  });
  const { entries, references } = await preview(text);
  expect(entries).toMatchObject([
    { transport: { oauth: { clientId: "panel", hasClientSecret: true, scope: "read write" } }, notes: [] },
    { transport: { oauth: { clientId: "panel", hasClientSecret: false, scope: null } }, notes: [] },
  ]);
  expect(references.map(({ reference }) => reference)).toEqual(["env:CLIENT_SECRET"]);
  await take(text, { variables: { "env:CLIENT_SECRET": "kept-for-the-provider" } });
  expect(stored("cursor").oauth).toEqual({
    clientId: "panel",
    clientSecret: "kept-for-the-provider",
    scope: "read write",
  });
  expect((await api.ask("GET", "/api/mcp")).text).not.toContain("kept-for-the-provider");
  expect((await api.ask("GET", "/api/activity?limit=50")).text).not.toContain("kept-for-the-provider");
});

test("says for each server what is added, changed, refused and why, and takes the chosen ones", async () => {
  await take(`{"mcpServers": {"git": {"command": "uvx", "args": ["old"]}, "same": {"command": "uvx"}}}`);
  const text = JSON.stringify({
    mcpServers: {
      git: { command: "uvx", args: ["new"] },
      same: { command: "uvx" },
      other: { command: "npx", args: ["-y", "evil"] },
      shell: { command: "sh", args: ["-c", "id"] },
      loader: { command: "uvx", env: { LD_PRELOAD: "/tmp/x.so" } },
      local: { url: "http://127.0.0.1:1/mcp" },
      sse: { type: "sse", url: "https://example.com/sse" },
      cloud: { serverUrl: "https://example.com/mcp", headers: { "X-Team": 7 }, oauth: {} },
      folder: { command: "npx", args: ["-y", "allowed", 8080], cwd: "/tmp", envFile: ".env", disabled: true },
      empty: {},
      text: "npx",
    },
  });
  const { entries } = await preview(text);
  const of = (name: string) => entries.find((entry) => entry.name === name);
  expect(Object.fromEntries(entries.map(({ name, action }) => [name, action]))).toEqual({
    git: "change",
    same: "same",
    other: "refuse",
    shell: "refuse",
    loader: "refuse",
    local: "refuse",
    sse: "add",
    cloud: "add",
    folder: "add",
    empty: "refuse",
    text: "refuse",
  });
  expect(of("other")).toMatchObject({
    reason: expect.stringContaining("MCP_ALLOWED_COMMANDS"),
    allow: { list: "MCP_ALLOWED_COMMANDS", entry: "npx -y evil" },
  });
  expect(of("local")?.allow).toEqual({ list: "MCP_ALLOWED_HOSTS", entry: "127.0.0.1:1" });
  expect(of("loader")).toMatchObject({ reason: expect.stringContaining("LD_PRELOAD"), allow: null });
  expect(of("sse")).toMatchObject({ transport: { protocol: "sse" }, notes: [expect.stringContaining("SSE")] });
  expect(of("cloud")?.notes).toEqual(["oauth is not taken over.", "headers.X-Team became text."]);
  expect(of("folder")?.notes).toHaveLength(4);

  const before = await listed();
  const taken = await take(text, { names: ["git", "folder", "other", "same"] });
  expect(taken).toEqual([
    { name: "git", action: "change", reason: null, id: before.find(({ name }) => name === "git")?.id },
    { name: "same", action: "same", reason: null, id: before.find(({ name }) => name === "same")?.id },
    { name: "other", action: "refuse", reason: expect.stringContaining("not allowed"), id: null },
    { name: "folder", action: "add", reason: null, id: expect.any(String) },
  ]);
  expect((await listed()).map(({ name, status }) => `${name} ${status}`).sort()).toEqual([
    "folder stopped",
    "git stopped",
    "same stopped",
  ]);
  expect(stored("folder")).toMatchObject({ command: "npx", args: ["-y", "allowed", "8080"] });
  const { entries: audit } = (await api.ask("GET", "/api/audit?action=mcp:import")).body as { entries: object[] };
  expect(audit[0]).toMatchObject({ target: "git, folder", outcome: "done" });
});

test("asks for references, and keeps their values as secrets", async () => {
  const text = JSON.stringify({
    inputs: [
      { id: "key", type: "promptString", description: "Key of the service", password: true },
      { id: "region", type: "pickString", description: "Region", options: ["eu", "us"], default: "eu" },
    ],
    servers: {
      files: {
        command: "uvx",
        args: ["files", reference("workspaceFolder")],
        env: {
          KEY: reference("input:key"),
          TOKEN: `Bearer ${reference("env:TOKEN")}`,
          LEVEL: reference("LEVEL:-info"),
        },
      },
      cloud: {
        url: `https://${reference("input:region")}.example.com/mcp`,
        headers: { "X-Key": reference("input:key") },
      },
    },
  });
  const { entries, references } = await preview(text);
  expect(entries.map(({ action }) => action)).toEqual(["add", "add"]);
  expect(entries[0]?.references).toEqual(["workspaceFolder", "input:key", "env:TOKEN", "LEVEL"]);
  expect(entries[1]?.notes).toEqual([expect.stringContaining("input:region becomes part")]);
  expect(references).toEqual([
    { reference: "workspaceFolder", label: "workspaceFolder", secret: false, suggestion: null, options: null },
    { reference: "input:key", label: "Key of the service", secret: true, suggestion: null, options: null },
    { reference: "env:TOKEN", label: "TOKEN", secret: true, suggestion: null, options: null },
    { reference: "LEVEL", label: "LEVEL", secret: true, suggestion: "info", options: null },
    { reference: "input:region", label: "Region", secret: false, suggestion: "eu", options: ["eu", "us"] },
  ]);
  const values = { workspaceFolder: "/srv", "input:key": "s3cret-key", "env:TOKEN": "$& t0ken", LEVEL: "debug" };
  expect(await take(text, { variables: values })).toEqual([
    { name: "files", action: "add", reason: null, id: expect.any(String) },
    { name: "cloud", action: "refuse", reason: "It needs a value for input:region.", id: null },
  ]);
  expect(stored("files")).toEqual({
    type: "stdio",
    command: "uvx",
    args: ["files", "/srv"],
    env: { KEY: "s3cret-key", TOKEN: "Bearer $& t0ken", LEVEL: "debug" },
  });
  const seen = [
    await listed(),
    (await api.ask("GET", "/api/audit")).body,
    (await api.ask("GET", "/api/activity")).body,
  ];
  expect(JSON.stringify(seen)).not.toContain("s3cret-key");
});

describe("a hostile file:", () => {
  const deep = `${"[".repeat(60_000)}${"]".repeat(60_000)}`;
  test.for([
    ["nested without end", `{"mcpServers": {"a": {"command": "uvx", "x": ${deep}}}}`, /nested too deeply/],
    [
      "thousands of servers",
      `{"mcpServers": {${Array.from({ length: 20_000 }, (_, n) => `"${n}":{}`)}}}`,
      /At most 100 servers/,
    ],
    ["one that names no text", `{"command": "uvx", "name": {"toString": 1}, "type": {"toString": 1}}`, null],
    [
      "servers and inputs that name no text",
      `{"servers": {"a": {"url": 1}}, "inputs": [{"id": {"toString": 1}}]}`,
      null,
    ],
  ] as const)("%s", async ([, text, why]) => {
    const response = await api.ask("POST", "/api/mcp/import/preview", { body: { content: text } });
    if (why === null) expect(response.status, response.text).toBe(200);
    else expect(response).toMatchObject({ status: 400, body: { error: expect.stringMatching(why) } });
  });

  test("names that are equal, names of prototypes and fields without end", async () => {
    const fields = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`field${n}`, n]));
    const text = `{"mcpServers": {
      "a": {"command": "uvx"}, " a ": {"command": "uvx", "args": ["other"]},
      "__proto__": {"command": "uvx", "env": {"__proto__": "x", "OK": "y"}},
      "meta": {"command": "uvx; id", "args": ["$(id)", "a,sh"]},
      "fields": ${JSON.stringify({ command: "uvx", ...fields })}
    }}`;
    const { entries } = await preview(text);
    expect(entries.map(({ name, action }) => `${name} ${action}`)).toEqual([
      "a add",
      "a refuse",
      "__proto__ add",
      "meta refuse",
      "fields add",
    ]);
    expect(entries[1]?.reason).toBe("The file has another server of this name.");
    expect(entries[3]?.allow).toBeNull();
    expect(entries[4]?.notes).toHaveLength(21);
    expect(({} as Record<string, unknown>).command).toBeUndefined();
  });
});

test("a key needs the scope by name, and a viewer sees neither preview nor snippets", async () => {
  const text = `{"mcpServers": {"a": {"command": "uvx"}}}`;
  const key = { name: "ci", role: "admin", days: 1, scopes: null };
  const { secret } = (await api.ask("POST", "/api/keys", { body: key })).body as { secret: string };
  expect(
    (await api.ask("POST", "/api/mcp/import", { body: { content: text }, token: secret, origin: null })).status,
  ).toBe(403);
  const cookie = await api.loginAs("operator");
  expect((await api.ask("POST", "/api/mcp/import/preview", { body: { content: text }, cookie })).status).toBe(403);
  const [{ id = null } = {}] = await take(text);
  expect((await api.ask("GET", `/api/mcp/${id}/snippets`, { cookie })).status).toBe(403);
});

test("a snippet for each client has no value, and an import of it gives the same server", async () => {
  const body = {
    name: "my files!",
    transport: {
      type: "stdio",
      command: "uvx",
      args: ["it's", "--api-key", "s3cret-argument", "/data"],
      env: { TOKEN: "s3cret-value" },
    },
  };
  const remote = {
    name: "cloud",
    transport: {
      type: "http",
      url: "https://example.com/mcp?token=s3cret-query",
      headers: { Authorization: "Bearer s3cret-header" },
    },
  };
  for (const one of [body, remote]) {
    const { id } = (await api.ask("POST", "/api/mcp", { body: one })).body.server as McpServer;
    const { snippets } = (await api.ask("GET", `/api/mcp/${id}/snippets`)).body as { snippets: McpSnippet[] };
    expect(snippets.map(({ client }) => client)).toEqual([
      "claude-desktop",
      "claude-code",
      "vscode",
      "cursor",
      "mcp-json",
    ]);
    expect(JSON.stringify(snippets)).not.toContain("s3cret");
    for (const { client, text } of snippets) {
      const json = client === "claude-code" ? `{${JSON.stringify("x")}: ${unquote(text)}}` : text;
      const { entries } = await preview(json);
      expect(entries, client).toHaveLength(1);
      if (client === "claude-desktop" && one === remote) continue; // a bridge
      expect(entries[0]?.transport, client).toMatchObject(
        one === body
          ? { command: "uvx", args: ["it's", "--api-key", "********", "/data"], envNames: ["TOKEN"] }
          : { url: "https://example.com/mcp?token=********", headerNames: ["Authorization"] },
      );
    }
  }
  const [{ id = "" } = {}] = (await listed()).filter(({ name }) => name === "my files!");
  const { snippets } = (await api.ask("GET", `/api/mcp/${id}/snippets`)).body as { snippets: McpSnippet[] };
  const of = (client: string) => snippets.find((snippet) => snippet.client === client)?.text ?? "";
  expect(of("vscode")).toContain(reference("input:token"));
  expect(of("cursor")).toContain(reference("env:TOKEN"));
  expect(of("mcp-json")).toContain(reference("TOKEN"));
  expect(of("claude-desktop")).toContain("<TOKEN>");
});

/** The last word of a command for a shell. */
const unquote = (command: string): string => command.slice(command.indexOf("'") + 1, -1).replaceAll("'\\''", "'");
