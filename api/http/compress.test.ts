import { gunzipSync } from "node:zlib";
import { Hono } from "hono";
import { expect, test } from "vitest";
import { compressJson } from "./compress.ts";

const large = { lines: Array.from({ length: 500 }, (_, line) => `a line of a log, number ${line}`) };

const app = new Hono()
  .use(compressJson())
  .get("/large", (c) => c.json(large, 200, { "Set-Cookie": "a=b", Vary: "Origin" }))
  .get("/small", (c) => c.json({ success: true }))
  .get("/none", (c) => c.body(null, 204))
  .get("/file", (c) => c.json(large, 200, { "Content-Disposition": "attachment" }))
  .get("/text", (c) => c.text(JSON.stringify(large)));

const ask = (path: string, accepted?: string, method = "GET") =>
  app.request(path, { method, headers: accepted === undefined ? {} : { "Accept-Encoding": accepted } });

test("a large response of JSON is compressed for a client that takes gzip", async () => {
  const response = await ask("/large", "gzip, deflate, br, zstd");
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(response.headers.get("content-encoding")).toBe("gzip");
  expect(response.headers.get("content-length")).toBe(String(bytes.byteLength));
  expect(bytes.byteLength).toBeLessThan(3_000);
  expect(JSON.parse(gunzipSync(bytes).toString())).toEqual(large);
  expect(response.headers.get("set-cookie")).toBe("a=b");
  expect(response.headers.get("vary")).toBe("Origin, Accept-Encoding");
});

test.each([
  ["a client that names no encoding", "/large", undefined],
  ["a client that refuses gzip", "/large", "gzip;q=0, br"],
  ["a client that refuses gzip with a parameter", "/large", "gzip; q=0. ;x=1, br"],
  ["a client that takes only others", "/large", "br"],
])("%s gets the same response as it is", async (_title, path, accepted) => {
  const response = await ask(path, accepted);
  expect(response.headers.get("content-encoding")).toBeNull();
  expect(response.headers.get("vary")).toBe("Origin, Accept-Encoding");
  expect(await response.json()).toEqual(large);
});

test.each([
  ["a small response", "/small", "GET", 200],
  ["one without a body", "/none", "GET", 204],
  ["a file", "/file", "GET", 200],
  ["text", "/text", "GET", 200],
  ["the head of a response", "/large", "HEAD", 200],
])("%s stays as it is", async (_title, path, method, status) => {
  const response = await ask(path, "gzip", method);
  expect(response.headers.get("content-encoding")).toBeNull();
  expect(response.status).toBe(status);
});
