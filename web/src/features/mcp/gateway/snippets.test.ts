import { expect, test } from "vitest";
import { snippetClients, snippetFor } from "./snippets.ts";

test.for(snippetClients)("connects %s to the address, without a real key", (client) => {
  const text = snippetFor(client, "https://panel.example/api/agent/mcp");
  expect(text).toContain("https://panel.example/api/agent/mcp");
  expect(text).toMatch(/YOUR_API_KEY|\$\{input:/);
  if (client !== "Claude Code") expect(() => JSON.parse(text)).not.toThrow();
});

test("lets mcp-remote use an address without TLS, which it refuses by itself unless it is on this machine", () => {
  const argsFor = (url: string) => JSON.parse(snippetFor("Claude Desktop", url)).mcpServers["ai-desktop"].args;
  expect(argsFor("http://panel.lan:3006/api/agent/mcp")).toContain("--allow-http");
  for (const url of ["https://panel.lan/x", "http://localhost:3006/x", "http://127.0.0.1:3006/x"]) {
    expect(argsFor(url)).not.toContain("--allow-http");
  }
});
