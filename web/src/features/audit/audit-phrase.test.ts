import { expect, test } from "vitest";
import { auditPhrase } from "./audit-phrase.ts";

test.each([
  ["service:restart", "web", "done", "Restarted web"],
  ["service:restart", "web", "failed", "Tried to restart web"],
  ["user:create", "POST /api/users", "refused", "Tried to create the user (POST /api/users)"],
  ["session", "GET /api/watch", "refused", "Tried to request GET /api/watch"],
  ["signed-in", "GET /api/watch", "refused", "Tried to request GET /api/watch"],
] as const)("%s of %s that is %s reads well", (action, target, outcome, phrase) => {
  expect(auditPhrase({ action, target, outcome })).toBe(phrase);
});
