import { afterAll, beforeAll, expect, test } from "vitest";
import { startStacks, type TestStacks } from "./testing.ts";

let here: TestStacks;
beforeAll(async () => {
  here = await startStacks();
});
afterAll(() => here.close());

test.each([
  ["POST", "up", "stack:up"],
  ["POST", "down", "stack:down"],
  ["POST", "start", "stack:start"],
  ["POST", "stop", "stack:stop"],
  ["POST", "restart", "stack:restart"],
  ["POST", "pull", "stack:pull"],
  ["DELETE", "", "stack:remove"],
])(
  "a job of an unknown stack is refused before it starts, and in the audit trail: %s %s",
  async (method, verb, kind) => {
    const path = verb === "" ? "/api/stacks/absent" : `/api/stacks/absent/${verb}`;
    const { status } = await here.api.ask(method, path, method === "POST" ? { body: {} } : {});
    expect(status).toBeGreaterThanOrEqual(400);
    const { entries } = await here.api.deps.trail.read({ limit: 1 });
    expect(entries).toMatchObject([{ action: kind, target: "absent", status }]);
    expect(here.api.deps.jobs.list()).toEqual([]);
  },
);

test("callers limited to some containers cannot change a stack", async () => {
  const cookie = await here.api.loginAs("operator", { services: ["web"] });
  const { body } = await here.api.ask("POST", "/api/stacks/absent/up", { cookie, body: {} });
  expect(body.code).toBe("forbidden");
});
