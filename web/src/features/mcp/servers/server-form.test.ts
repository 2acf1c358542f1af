import { describe, expect, it, test } from "vitest";
import { emptyDraft, keepServer, restoreServer, type ServerDraft, toChange, toDraft, toInput } from "./server-form.ts";

const draft = (fields: Partial<ReturnType<typeof emptyDraft>>) => ({ ...emptyDraft(), name: "files", ...fields });

describe("toInput", () => {
  it("takes one argument a line, with its spaces and empty lines between", () => {
    expect(toInput(draft({ command: " node ", args: "server.js\n--name=a b\n\nlast\n" }))).toEqual({
      input: {
        name: "files",
        transport: { type: "stdio", command: "node", args: ["server.js", "--name=a b", "", "last"], env: {} },
      },
    });
  });

  it("takes an address with headers", () => {
    expect(
      toInput(
        draft({ type: "http", url: "https://mcp.example/mcp", headers: [{ name: "Authorization", value: "x" }] }),
      ),
    ).toEqual({
      input: {
        name: "files",
        transport: { type: "http", url: "https://mcp.example/mcp", headers: { Authorization: "x" } },
      },
    });
  });

  it("takes a transport and a client that was registered by hand, and keeps its stored secret", () => {
    const typed = draft({
      type: "http",
      url: "https://mcp.example/mcp",
      protocol: "sse",
      clientId: " panel ",
      scope: "a  b",
    });
    const transport = { type: "http", url: "https://mcp.example/mcp", protocol: "sse", headers: {} };
    const oauth = { clientId: "panel", scope: "a b" };
    expect(toInput({ ...typed, clientSecret: "s" })).toMatchObject({
      input: { transport: { ...transport, oauth: { ...oauth, clientSecret: "s" } } },
    });
    const view = { clientId: "panel", hasClientSecret: true, scope: null };
    const stored = toDraft({
      name: "x",
      transport: { type: "http", url: "https://a.example", headerNames: [], oauth: view },
    });
    expect(toChange(stored)).toMatchObject({
      input: { transport: { oauth: { clientId: "panel", clientSecret: null } } },
    });
    expect(toInput({ ...typed, clientId: "", clientSecret: "s" })).toHaveProperty("errors.clientId");
  });

  it("reports errors by field", () => {
    expect(toInput(emptyDraft())).toEqual({
      errors: { name: "Enter a name", command: "Enter the program to run" },
    });
    expect(toInput(draft({ command: "x", env: [{ name: "ld_preload", value: "y" }] }))).toEqual({
      errors: { env: "ld_preload may not be set" },
    });
    expect(toInput(draft({ command: "x", env: [{ name: "A-B", value: "" }] }))).toHaveProperty("errors.env");
    expect(toInput(draft({ type: "http", url: "file:///etc/passwd" }))).toHaveProperty("errors.url");
    const twice = [
      { name: "A", value: "1" },
      { name: "A ", value: "2" },
    ];
    expect(toInput(draft({ command: "x", env: twice }))).toHaveProperty("errors.env");
  });

  it("keeps the stored values of variables and headers that were not typed again", () => {
    const server = { name: "files" };
    const stdio = toDraft({
      ...server,
      transport: { type: "stdio", command: "node", args: ["a", "b c"], envNames: ["TOKEN", "LEVEL", "GONE"] },
    });
    expect(stdio.args).toBe("a\nb c");
    const [token = { name: "", value: "" }] = stdio.env;
    expect(toChange({ ...stdio, env: [token, { name: "LEVEL", value: "info" }] })).toEqual({
      input: {
        name: "files",
        transport: { type: "stdio", command: "node", args: ["a", "b c"], env: { TOKEN: null, LEVEL: "info" } },
      },
    });
    const transport = { type: "http", url: "https://mcp.example/", headerNames: ["Authorization"] } as const;
    expect(toChange(toDraft({ ...server, transport: { ...transport, headerNames: ["Authorization"] } }))).toEqual({
      input: {
        name: "files",
        transport: { type: "http", url: "https://mcp.example/", headers: { Authorization: null } },
      },
    });
  });
});

test("a draft holds names and no values, and no argument or address that looks like a secret", () => {
  const typed: ServerDraft = {
    name: "db",
    type: "stdio",
    command: "npx",
    args: "server\npostgres://ada:abc123@db/main",
    env: [
      { name: "TOKEN", value: "typed" },
      { name: "STORED", value: null },
    ],
    url: "https://example.com/mcp?key=abc",
    protocol: "sse",
    headers: [{ name: "Authorization", value: "Bearer x" }],
    clientId: "panel",
    clientSecret: "secret-of-the-client",
    scope: "read",
  };
  const kept = JSON.parse(JSON.stringify(keepServer(typed))) as Partial<ServerDraft>;
  expect(kept).toEqual({
    name: "db",
    type: "stdio",
    command: "npx",
    env: [
      { name: "TOKEN", value: null },
      { name: "STORED", value: null },
    ],
    protocol: "sse",
    headers: [{ name: "Authorization", value: null }],
    clientId: "panel",
    scope: "read",
  });

  // What is stored stays stored: an empty value would replace it.
  const edited = { ...emptyDraft(), args: "--old", env: [{ name: "STORED", value: null }] };
  expect({ ...edited, ...restoreServer(kept, edited) }).toEqual({
    name: "db",
    type: "stdio",
    command: "npx",
    args: "--old",
    url: "",
    protocol: "sse",
    env: [
      { name: "TOKEN", value: "" },
      { name: "STORED", value: null },
    ],
    headers: [{ name: "Authorization", value: "" }],
    clientId: "panel",
    clientSecret: "",
    scope: "read",
  });
  expect(restoreServer({ type: "carrier pigeon" as never, env: [null as never] }, edited)).toEqual({ env: [] });
});
