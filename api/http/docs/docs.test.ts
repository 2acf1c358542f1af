import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, lacks } from "../../../shared/testing/parts.ts";
import { startApi, type TestApi } from "../../testing/api-server.ts";
import { accessTable } from "../access-table.ts";

const withoutBrowser = await lacks("chromium");
let api: TestApi;
let cookie: string;
beforeAll(async () => {
  api = await startApi();
  cookie = await api.loginAs("viewer");
});
afterAll(() => api.close());

interface Operation {
  summary?: string;
  tags?: string[];
  parameters?: { in: string; name: string }[];
  responses: Record<string, { content?: Record<string, { schema: { properties?: Record<string, unknown> } }> }>;
  requestBody?: unknown;
}
const operations = async (): Promise<[route: string, operation: Operation][]> => {
  const { body } = await api.ask("GET", "/api/openapi.json", { cookie });
  return Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`,
      operation,
    ]),
  );
};

describe("the OpenAPI document", () => {
  test("contains exactly the routes of the router", async () => {
    const routes = (await operations()).map(([route]) => route);
    const expected = Object.keys(accessTable).filter((route) => !route.includes("/internal/"));
    expect(routes.sort()).toEqual(expected.sort());
  });

  test("describes the response and the refusals of each route", async () => {
    for (const [route, { summary, tags, responses }] of await operations()) {
      expect([route, summary, tags]).toEqual([route, expect.any(String), [expect.stringMatching(/^[A-Z]/)]]);
      const refusal = responses.default?.content?.["application/json"]?.schema.properties;
      expect([route, Object.keys(refusal ?? {})]).toEqual([
        route,
        ["success", "error", "code", "detail", "proofRequired", "requestId"],
      ]);
      const [success] = Object.entries(responses).filter(([status]) => status !== "default");
      const json = success?.[1].content?.["application/json"]?.schema.properties;
      const isBare = success?.[0] === "302" || success?.[1].content?.["application/json"] === undefined;
      if (route.startsWith("GET ") && !isBare && !route.endsWith("/openapi.json")) {
        expect([route, Object.keys(json ?? {}).length]).toEqual([
          route,
          expect.toSatisfy((count: number) => count > 1),
        ]);
      }
    }
  });

  test("names the parameters of paths and queries", async () => {
    const remove = (await operations()).find(([route]) => route === "DELETE /api/services/:id")?.[1];
    expect(remove?.parameters?.map((parameter) => [parameter.in, parameter.name])).toEqual([
      ["path", "id"],
      ["query", "force"],
      ["query", "volumes"],
    ]);
  });

  test("requires a log-in", async () => {
    for (const path of ["/api/openapi.json", "/api/docs", "/api/docs/reference.css"]) {
      expect((await api.ask("GET", path, { cookie: undefined })).status).toBe(401);
    }
  });
});

describe("the docs page", () => {
  test("uses and allows no foreign address", async () => {
    const { status, text, headers } = await api.ask("GET", "/api/docs", { cookie });
    expect(status).toBe(200);
    expect(headers["content-type"]).toMatch(/^text\/html/);
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(text).not.toMatch(/style=|onclick=|<script>/);
  });

  test("serves only its own files", async () => {
    for (const [name, type] of [
      ["reference.css", "text/css"],
      ["reference.js", "text/javascript"],
    ]) {
      const { status, headers } = await api.ask("GET", `/api/docs/${name}`, { cookie });
      expect([status, headers["content-type"]]).toEqual([200, `${type}; charset=utf-8`]);
    }
    for (const name of ["page.ts", "..%2fmain.ts", "%2e%2e%2fmain.ts", "constructor"]) {
      expect((await api.ask("GET", `/api/docs/${name}`, { cookie })).status).toBe(404);
    }
  });

  test.skipIf(withoutBrowser)("opens in a browser without a complaint, and finds routes", async () => {
    const browser = await chromium.launch({
      executablePath: findChromium(),
      args: ["--no-sandbox", "--disable-gpu"],
    });
    try {
      const page = await browser.newPage({ extraHTTPHeaders: { Cookie: cookie } });
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(`http://127.0.0.1:${api.port}/api/docs`);
      expect(await page.locator("details:visible").count()).toBeGreaterThan(30);
      await page.locator("#filter").fill("restart service");
      const found = page.locator("details:visible");
      expect(await found.count()).toBe(1);
      await found.locator("summary").click();
      expect(await found.innerText()).toContain("environmentNames");
      expect(complaints).toEqual([]);
      if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT });
    } finally {
      await browser.close();
    }
  });
});
