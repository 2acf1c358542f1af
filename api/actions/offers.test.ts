import { afterAll, beforeAll, expect, test } from "vitest";
import type { OfferedAction } from "../../shared/protocol/action.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { actions } from "./list.ts";

let api: TestApi;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const offeredTo = async (who: { cookie?: string; token?: string } = {}): Promise<OfferedAction[]> => {
  const { status, body, text } = await api.ask("GET", "/api/actions", who);
  expect(status, text).toBe(200);
  return body.actions;
};
const namesFor = async (who: { cookie?: string; token?: string }) => (await offeredTo(who)).map(({ name }) => name);

test("an administrator is offered every action, with the input that it takes beside its target", async () => {
  const offered = await offeredTo();
  expect(offered.map(({ name }) => name)).toEqual(actions.map(({ name }) => name));
  expect(offered.find(({ name }) => name === "service:restart")).toEqual({
    name: "service:restart",
    target: "service",
    title: "Restart a container",
    area: "Containers",
    method: "POST",
    path: "/services/:id/restart",
    proof: false,
    input: null,
  });
  expect(offered.find(({ name }) => name === "service:rename")?.input).toMatchObject({
    type: "object",
    required: ["name"],
  });
  expect(offered.find(({ name }) => name === "mcp:create")?.proof).toBe(true);
});

test("a viewer is offered nothing that a viewer may not do", async () => {
  const names = await namesFor({ cookie: await api.loginAs("viewer") });
  for (const name of ["service:restart", "volume:remove", "user:create", "file:write"])
    expect(names).not.toContain(name);
  expect(names).toContain("account:password");
});

test("an account that is limited to containers is offered no action on the host as a whole", async () => {
  const names = await namesFor({ cookie: await api.loginAs("operator", { services: ["web"] }) });
  expect(names).toContain("service:restart");
  for (const name of ["volume:remove", "network:create", "service:rename"]) expect(names).not.toContain(name);
});

test("a stranger gets no list", async () => {
  expect((await api.ask("GET", "/api/actions", { cookie: "" })).status).toBe(401);
});
