import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi } from "../testing/api-server.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const newest = async () => (await api.deps.trail.read({ limit: 1 })).entries[0];
const upload = (raw: string, headers: Record<string, string> = {}) =>
  api.ask("PUT", "/api/files/upload?path=/report", {
    raw,
    headers: { "Content-Type": "text/plain", "Content-Length": String(raw.length), ...headers },
  });

test("each change of a file is in the audit trail with its path, also when it is refused", async () => {
  expect((await upload("one")).status).toBe(201);
  expect(await newest()).toMatchObject({ action: "file:upload", outcome: "done", status: 201, target: "/report" });
  expect((await upload("two")).status).toBe(200);
  expect(await newest()).toMatchObject({ action: "file:upload", outcome: "done", status: 200, target: "/report" });
  expect((await upload("three", { "If-None-Match": "*" })).status).toBe(409);
  expect(await newest()).toMatchObject({ action: "file:upload", outcome: "refused", target: "/report" });
  await api.ask("POST", "/api/files/rename", { body: { from: "/report", to: "/kept" } });
  expect(await newest()).toMatchObject({ action: "file:rename", target: "/report", detail: "to /kept" });
  await api.ask("DELETE", "/api/files?path=/kept");
  expect(await newest()).toMatchObject({ action: "file:remove", outcome: "done", target: "/kept" });
});

test("a choice for a save that does not exist is refused, and in the audit trail with its id", async () => {
  const id = "0".repeat(24);
  const { status } = await api.ask("POST", `/api/files/saves/${id}`, { body: { version: "before" } });
  expect(status).toBe(404);
  expect(await newest()).toMatchObject({ action: "file:choose-version", target: id, detail: "before" });
});

test("a viewer cannot change a file", async () => {
  const cookie = await api.loginAs("viewer");
  expect((await api.ask("POST", "/api/files/folder", { cookie, body: { path: "/new" } })).body.code).toBe("forbidden");
});
