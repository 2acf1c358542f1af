import { expect, test } from "vitest";
import { keepableAddress, keepableText } from "./keepable.ts";

test.each(["", "npx", "-y\n@modelcontextprotocol/server-everything\nstdio", "/usr/local/bin/node-v24.21.0/bin/node"])(
  "%j may be kept in a draft",
  (text) => expect(keepableText(text)).toBe(text),
);

test.each([
  "server.js\n--api-key=abc123",
  "server.js\n--token\nabc123",
  "postgresql://ada:abc123@db/main",
  "server.js\nghp_0123456789abcdefABCDEF0123456789abcd",
  "DB_PASSWORD=abc123",
])("%j is not kept: a part of it looks like a secret", (text) => expect(keepableText(text)).toBeUndefined());

test("of addresses, those with a user, a query, a fragment or a token in the path are not kept", () => {
  for (const plain of ["https://ntfy.sh", "http://127.0.0.1:8080/mcp", ""]) expect(keepableAddress(plain)).toBe(plain);
  for (const secret of [
    "https://ada@example.com/mcp",
    "https://example.com/mcp?room=1",
    "https://example.com/#x",
    "https://hooks.example.com/services/T00000000/B00000000/XXXXXXXX0000XXXX0000XXXX",
  ]) {
    expect(keepableAddress(secret)).toBeUndefined();
  }
});
