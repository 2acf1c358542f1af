import { expect, test } from "vitest";
import { mcpMessages } from "./messages.ts";

test.each([
  [[], "No program is allowed on this server yet. Type one, then allow it below."],
  [["npx"], "Allowed: npx. Another one can be allowed below."],
  [["a", "b", "c", "d", "e"], "Allowed: a, b, c and 2 more. Another one can be allowed below."],
])("the dialog says at once which programs may be started: %j", (entries, hint) => {
  expect(mcpMessages.form.allowed(entries)).toBe(hint);
});
