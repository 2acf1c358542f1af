import { expect, test } from "vitest";
import { snippetClients, snippetFor } from "./snippets.ts";

test.for(snippetClients)("connects %s to the address, without a real key", (client) => {
  const text = snippetFor(client, "https://panel.example/api/agent/mcp");
  expect(text).toContain("https://panel.example/api/agent/mcp");
  expect(text).toMatch(/YOUR_API_KEY|\$\{input:/);
  if (client !== "Claude Code") expect(() => JSON.parse(text)).not.toThrow();
});
