import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { createServer } from "vite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createOriginPolicy } from "../shared/server/http/origin-policy.ts";
import { silentLog } from "../shared/server/log.ts";
import { type TempFolder, tempFolder } from "../shared/testing/temp-folder.ts";
import { createWebApp } from "./app.ts";
import { loadAssets } from "./assets.ts";
import { isPageAddress } from "./page-addresses.ts";
import type { ConnectTargets } from "./security-headers.ts";
import { buildAddresses, readServerAddresses, toServedPage, writeServerAddresses } from "./server-addresses.ts";

const page = "<!doctype html><head><title>AI Desktop</title></head>";
const script = `export const text = "${"hello ".repeat(200)}";`;

let folder: TempFolder;
beforeAll(async () => {
  folder = await tempFolder("web-build");
  mkdirSync(join(folder.path, "assets"));
  mkdirSync(join(folder.path, ".git"));
  writeFileSync(join(folder.path, "index.html"), page);
  writeFileSync(join(folder.path, "assets/index-abc123.js"), script);
  writeFileSync(join(folder.path, "theme.js"), script);
  writeFileSync(join(folder.path, ".env"), "SECRET=1");
  writeFileSync(join(folder.path, ".git/config"), "[core]");
});
afterAll(() => folder.remove());

function ask(path: string, init: RequestInit & { host?: string } = {}, targets: ConnectTargets = {}) {
  const policy = createOriginPolicy(
    ["http://localhost:3005", "https://panel.example.com", "http://[2001:db8::1]:3005"],
    [3005],
  );
  const app = createWebApp({
    assets: loadAssets(folder.path, (_path, html) => toServedPage(html, targets)),
    originPolicy: policy,
    targets,
    build: "0123456789abcdef",
    log: silentLog(),
  });
  const headers = new Headers(init.headers);
  headers.set("host", init.host ?? "localhost:3005");
  return app.request(path, { ...init, headers });
}
const connectOf = (answer: Response) =>
  /connect-src ([^;]*)/.exec(answer.headers.get("content-security-policy") ?? "")?.[1]?.split(" ");

test("every page of the app answers with the same document", async () => {
  for (const path of ["/", "/services", "/services/abc", "/files/srv/a%20b", "/login", "/setup"]) {
    const answer = await ask(path);
    expect([path, answer.status, await answer.text()]).toEqual([path, 200, page]);
    expect(answer.headers.get("cache-control")).toBe("no-cache");
  }
});

test("each route of the app is a page address as deep as it goes, and nothing deeper is", () => {
  const routes = readFileSync(join(import.meta.dirname, "src/routes.tsx"), "utf8");
  const depths = new Map<string, number>();
  for (const [, path = ""] of routes.matchAll(/path: "\/([^"]+)"/g)) {
    const [first = "", ...more] = path.split("/");
    const depth = more[0]?.startsWith("*") ? 9 : more.length;
    depths.set(first, Math.max(depth, depths.get(first) ?? 0));
  }
  expect(depths.size).toBeGreaterThan(18);
  for (const [first, depth] of depths) {
    for (let parts = 0; parts <= depth; parts++) {
      const address = `/${[first, ...Array(parts).fill("%40acme%2Fmail")].join("/")}`;
      for (const path of [address, `${address}/`]) expect([path, isPageAddress(path)]).toEqual([path, true]);
    }
    const deeper = `/${[first, ...Array(depth + 1).fill("x")].join("/")}`;
    expect([deeper, isPageAddress(deeper)]).toEqual([deeper, depth === 9]);
  }
});

test("each page has a title, and the navigation calls it by the same name", () => {
  const source = (name: string) => readFileSync(join(import.meta.dirname, "src", name), "utf8");
  const titles = new Map<string, string | undefined>();
  for (const [, path = "", title] of source("routes.tsx").matchAll(
    /path: "([^"]+)",(?:\s+info: { title: "([^"]+)" })?/g,
  )) {
    const list = path.replace(/\/[:*].*/, "") || path;
    titles.set(list, title ?? titles.get(list));
  }
  const untitled = [...titles].filter(([, title]) => title === undefined).map(([path]) => path);
  expect(untitled.sort()).toEqual(["/index.html", "/login", "/setup"]); // they lead to the overview
  const destinations = [...source("shell/navigation.tsx").matchAll(/href: "([^"]+)", label: "([^"]+)"/g)];
  expect(destinations.length).toBeGreaterThan(15);
  for (const [, href = "", label] of destinations) expect([href, titles.get(href)]).toEqual([href, label]);
});

test("a mistyped address shows the app with status 404, and never in the place of a file", async () => {
  const read = (path: string, headers: Record<string, string>) => ask(path, { headers });
  const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
  for (const path of ["/srevices", "/stacks/a/b", "/users/3", "/logs/x", "/assets/", "/emit"]) {
    const answer = await read(path, { ...browser, "if-none-match": "*" });
    expect([path, answer.status, await answer.text()]).toEqual([path, 404, page]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("etag")).toBeNull();
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
  }
  for (const accept of ["*/*", "text/css,*/*;q=0.1", "image/avif,image/webp", "application/json", "x/text/html5"]) {
    const answer = await read("/assets/gone-abc123.js", { accept });
    expect([accept, answer.status, await answer.text()]).toEqual([accept, 404, "Not found."]);
  }
  expect((await read("/index.html", browser)).status).toBe(200);
});

test.each([
  "/.env",
  "/.git/config",
  "/assets/../.env",
  "/assets/..%2f.env",
  "/%2e%65nv",
  "/@fs/etc/passwd",
  "/@vite/client",
  "/src/main.tsx",
  "/web/main.ts",
  "/node_modules/vite/package.json",
  "/servicesx",
  "/assets/missing.js",
  "/api/session",
])("%s does not exist", async (path) => {
  const answer = await ask(path);
  expect(answer.status).toBe(404);
  expect(await answer.text()).toBe("Not found.");
});

test.each(["evil.example", "localhost:3006", "localhost:3005.evil.example", ""])(
  "the host %j is turned away",
  async (host) => {
    const answer = await ask("/", { host });
    expect(answer.status).toBe(421);
    expect(await answer.text()).toContain("PUBLIC_ORIGIN");
  },
);

test("nothing but reading is allowed", async () => {
  for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
    const answer = await ask("/", { method });
    expect([method, answer.status, answer.headers.get("allow")]).toEqual([method, 405, "GET, HEAD"]);
  }
});

test("the policy allows no inline or foreign code, on every answer to a known host", async () => {
  for (const path of ["/", "/nope", "/health", "/assets/missing.js"]) {
    const { headers } = await ask(path);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
  }
});

test("the page may frame apps of MCP servers at the API, and nothing else", async () => {
  const frameOf = async (host: string, targets: ConnectTargets = {}) =>
    /frame-src ([^;]*)/.exec((await ask("/", { host }, targets)).headers.get("content-security-policy") ?? "")?.[1];
  expect(await frameOf("localhost:3005")).toBe("http://localhost:3006/api/mcp-apps/");
  expect(await frameOf("panel.example.com")).toBe("panel.example.com/api/mcp-apps/");
  expect(await frameOf("panel.example.com", { basePath: "/desk" })).toBe("panel.example.com/desk/api/mcp-apps/");
  expect(await frameOf("localhost:3005", { apiUrl: "https://api.example.com/" })).toBe(
    "https://api.example.com/api/mcp-apps/",
  );
});

test("the policy of a script allows nothing: as a document it would be an empty one", async () => {
  for (const path of ["/assets/index-abc123.js", "/theme.js"]) {
    const { headers } = await ask(path);
    expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
  }
});

test("the page may connect to the usual ports of its host, and to its own origin behind a proxy", async () => {
  expect(connectOf(await ask("/"))).toEqual([
    "'self'",
    "http://localhost:3006",
    "ws://localhost:3006",
    "http://localhost:3007",
    "ws://localhost:3007",
  ]);
  expect(connectOf(await ask("/", { host: "[2001:db8::1]:3005" }))).toContain("ws://[2001:db8::1]:3007");
  const proxied = await ask("/", { host: "panel.example.com" });
  expect(connectOf(proxied)).toEqual(["'self'", "ws://panel.example.com", "wss://panel.example.com"]);
  expect(proxied.headers.get("strict-transport-security")).toBe("max-age=31536000");
});

test("other ports of the two servers are written into the page, and allowed on the host that it is opened by", async () => {
  const answer = await ask("/", {}, { apiPort: 4006, wsPort: 4007 });
  expect(connectOf(answer)).toEqual([
    "'self'",
    ...["4006", "4007"].flatMap((port) => [`http://localhost:${port}`, `ws://localhost:${port}`]),
  ]);
  expect(answer.headers.get("content-security-policy")).toContain("frame-src http://localhost:4006/api/mcp-apps/");
  const text = await answer.text();
  expect(text).toContain('<meta name="api-port" content="4006">');
  expect(text).toContain('<meta name="ws-port" content="4007">');
});

test("configured addresses are written into the page and allowed by the policy", async () => {
  const targets = { apiUrl: "https://api.example.com/", wsUrl: 'https://ws.example.com/?a="><script>' };
  const answer = await ask("/", {}, targets);
  expect(connectOf(answer)).toEqual([
    "'self'",
    "https://api.example.com",
    "wss://api.example.com",
    "https://ws.example.com",
    "wss://ws.example.com",
  ]);
  const html = await answer.text();
  expect(html).toContain('<meta name="api-url" content="https://api.example.com/">');
  expect(html).toContain('content="https://ws.example.com/?a=&quot;&gt;&lt;script&gt;"');
});

test("under a path, the page names its files and servers by it, and may connect to its own origin alone", async () => {
  const html = '<head><link href="./icon.svg"><script src="./assets/index-abc123.js"></script></head>';
  expect(toServedPage(html, { basePath: "/panel" })).toBe(
    '<head><link href="/panel/icon.svg"><script src="/panel/assets/index-abc123.js"></script><meta name="base-path" content="/panel"></head>',
  );
  expect(toServedPage(html, {})).toContain('src="/assets/index-abc123.js"');
  expect(connectOf(await ask("/", {}, { basePath: "/panel" }))).toEqual([
    "'self'",
    "ws://localhost:3005",
    "wss://localhost:3005",
  ]);
});

test("files whose name carries their hash are cached forever, and are compressed for clients that support it", async () => {
  const plain = await ask("/assets/index-abc123.js");
  expect(plain.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(plain.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(await plain.text()).toBe(script);

  const packed = await ask("/assets/index-abc123.js", { headers: { "accept-encoding": "gzip;q=0, br" } });
  expect(packed.headers.get("content-encoding")).toBe("br");
  expect(packed.headers.get("vary")).toBe("Accept-Encoding");
  expect(brotliDecompressSync(await packed.arrayBuffer()).toString()).toBe(script);

  const etag = packed.headers.get("etag") ?? "";
  for (const known of [etag, `"other", W/${etag}`]) {
    const again = await ask("/assets/index-abc123.js", {
      headers: { "accept-encoding": "br", "if-none-match": known },
    });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  }
});

test("a HEAD request gets only the headers, and health needs no sign-in", async () => {
  const head = await ask("/", { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  expect(await (await ask("/health")).json()).toEqual({ success: true, status: "healthy" });
  expect(await (await ask("/version")).json()).toEqual({ success: true, build: "0123456789abcdef" });
});

test("addresses given to the build are read by the server, and replaced by those given to its start", () => {
  const env = { VITE_API_URL: "https://api.example.com/?a=1&b=2", VITE_WS_URL: "https://live.example.com" };
  const built = writeServerAddresses(page, buildAddresses(env));
  expect(readServerAddresses(built)).toEqual({ apiUrl: env.VITE_API_URL, wsUrl: env.VITE_WS_URL });
  const served = toServedPage(built, { apiUrl: "http://127.0.0.1:4206", wsUrl: env.VITE_WS_URL });
  expect(readServerAddresses(served)).toEqual({ apiUrl: "http://127.0.0.1:4206", wsUrl: env.VITE_WS_URL });
  expect(served.match(/<meta name="api-url"/g)).toHaveLength(1);
  expect(readServerAddresses(page)).toEqual({ apiUrl: undefined, wsUrl: undefined });
  expect(() => buildAddresses({ VITE_API_URL: "api.example.com" })).toThrow("VITE_API_URL must be an address");
});

test("the build and the development server write addresses into the page, and the latter knows which pages there are", async () => {
  vi.stubEnv("VITE_API_URL", "https://api.example.com");
  const configFile = join(import.meta.dirname, "vite.config.ts");
  const closing: (() => unknown)[] = [];
  const server = await createServer({ configFile, server: { middlewareMode: true, ws: false }, logLevel: "silent" });
  try {
    const html = await server.transformIndexHtml("/", page);
    expect(readServerAddresses(html)).toEqual({ apiUrl: "https://api.example.com", wsUrl: undefined });

    const http = createHttpServer(server.middlewares).listen(0, "127.0.0.1");
    closing.push(() => http.close());
    await once(http, "listening");
    const { port } = http.address() as AddressInfo;
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept: "text/html" } });
    for (const [path, status] of [
      ["/services/abc?x=1", 200],
      ["/srevices", 404],
    ] as const) {
      const answer = await get(path);
      expect([path, answer.status]).toEqual([path, status]);
      expect(await answer.text()).toContain('<div id="root">');
    }
  } finally {
    for (const close of closing) close();
    await server.close();
    vi.unstubAllEnvs();
  }
});
