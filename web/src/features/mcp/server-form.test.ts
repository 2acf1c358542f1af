import { describe, expect, it } from "vitest";
import { emptyDraft, toChange, toDraft, toInput } from "./server-form.ts";

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

  it("tells by field what is wrong", () => {
    expect(toInput(emptyDraft())).toEqual({
      errors: { name: "Give it a name", command: "Name the program to run" },
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

  it("keeps the stored values of variables and headers that nobody typed anew", () => {
    const server = {
      id: "1",
      name: "files",
      status: "stopped",
      message: null,
      serverInfo: null,
      createdAt: "",
    } as const;
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
