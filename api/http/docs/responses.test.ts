import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { startApi, type TestApi } from "../../testing/api-server.ts";

let api: TestApi;
let cookie: string;
beforeAll(async () => {
  api = await startApi();
  cookie = await api.loginAs("admin");
});
afterAll(() => api.close());

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];
interface Operation {
  parameters?: { in: string; required?: boolean }[];
  responses: Record<string, { content?: Record<string, { schema: JsonSchema }> }>;
}

/** The same schema, in which no object may have a field without a description. */
function strictly(schema: unknown): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (_key, value) =>
    value?.type === "object" && value.properties && value.additionalProperties === undefined
      ? { ...value, additionalProperties: false }
      : value,
  );
}

/** Paths of the GET routes that need no parameter, with the schema of their response. */
async function plainReads(): Promise<[path: string, schema: JsonSchema][]> {
  const { body } = await api.ask("GET", "/api/openapi.json", { cookie });
  return Object.entries(body.paths as Record<string, { get?: Operation }>).flatMap(([path, { get }]) => {
    const schema = get?.responses["200"]?.content?.["application/json"]?.schema;
    const needsParameter = path.includes("{") || get?.parameters?.some(({ required }) => required === true);
    return schema === undefined || needsParameter || path.endsWith("openapi.json") ? [] : [[path, schema]];
  });
}

test("real responses have exactly the documented fields", async () => {
  const key = { name: "probe", role: "viewer", days: 1 };
  expect((await api.ask("POST", "/api/keys", { cookie, body: key })).status).toBe(201);
  const user = { username: "second", role: "viewer", password: "a long enough phrase 7" };
  expect((await api.ask("POST", "/api/users", { cookie, body: user })).status).toBe(201);
  const checked: string[] = [];
  for (const [path, schema] of await plainReads()) {
    const { status, body } = await api.ask("GET", path, { cookie });
    // A part that is not installed here refuses the request.
    if (status !== 200) continue;
    const { error } = z.fromJSONSchema(strictly(schema)).safeParse(body);
    expect([path, error?.issues]).toEqual([path, undefined]);
    checked.push(path);
  }
  expect(checked).toEqual(
    expect.arrayContaining([
      "/api/account",
      "/api/alerts/rules",
      "/api/audit",
      "/api/session",
      "/api/stacks",
      "/api/system",
    ]),
  );
});

test("a field that is not documented, or has another value, fails this check", async () => {
  const [, schema] = (await plainReads()).find(([path]) => path === "/api/session") ?? [];
  const { body } = await api.ask("GET", "/api/session", { cookie });
  const strict = z.fromJSONSchema(strictly(schema));
  expect(strict.safeParse(body).success).toBe(true);
  expect(strict.safeParse({ ...body, principal: { ...body.principal, surplus: 1 } }).success).toBe(false);
  expect(strict.safeParse({ ...body, principal: { ...body.principal, role: "owner" } }).success).toBe(false);
});
