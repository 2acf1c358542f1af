import { mkdir, readdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFileRoot } from "../../shared/files/root/files.ts";
import { createSaveJournal } from "../../shared/files/saving/save-journal.ts";
import type { FileChange } from "../../shared/protocol/events/files.ts";
import type { FolderListing, TextFile } from "../../shared/protocol/file.ts";
import { silentLog } from "../../shared/server/log.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";
import { actionRoutes } from "../actions/routes.ts";
import { type Activity, createActivity } from "../activity/activity.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { createResourceLocks } from "../jobs/resource-locks.ts";
import { type RouteServer, startRoutes } from "../testing/route-server.ts";
import { fileActions } from "./actions.ts";
import { filesRoutes } from "./routes.ts";

let temp: TempFolder;
let root: string;
let server: RouteServer;
let activity: Activity;
let state: TempFolder;

beforeEach(async () => {
  temp = await tempFolder("routes");
  state = await tempFolder("activity");
  root = join(temp.path, "root");
  await mkdir(root);
  const log = silentLog();
  const journal = createSaveJournal({ folder: join(temp.path, "saves"), log, maxBytes: 8_000_000 });
  const files = createFileRoot({ root, log, journal, uploadMax: 1_000_000 });
  activity = createActivity({ dataDir: state.path, log });
  server = await startRoutes("/api", ({ realtime }) =>
    createRoutes()
      .route("/files", filesRoutes({ files }))
      .route(
        "/",
        actionRoutes(fileActions, { files, realtime, activity, jobs: createResourceLocks() } as unknown as ApiDeps),
      ),
  );
});
/** Calls a route of files. */
const call = (method: string, path: string, body?: unknown) => server.call(method, `/files${path}`, body);
afterEach(async () => {
  await server.close();
  activity.close();
  await temp.remove();
  await state.remove();
});

test("a listing omits a draft that a killed server left, and shows one that may still be written", async () => {
  const [left, fresh] = ["a", "b"].map((mark) => `.ai-desktop-${mark.repeat(18)}.part`);
  for (const name of [left, fresh]) await writeFile(join(root, name ?? ""), "x".repeat(1_000));
  const longAgo = new Date(Date.now() - 11 * 60_000);
  await utimes(join(root, left ?? ""), longAgo, longAgo);
  const { folder } = (await call("GET", "")).body as { folder: FolderListing };
  expect(folder.entries.map(({ name }) => name)).toEqual([fresh]);
  expect(await readdir(root)).toEqual([fresh]);
});

test("slow uploads of one user do not block other users or saves", async () => {
  await writeFile(join(root, "notes"), "old");
  const begun = Array.from({ length: 31 }, (_, n) => {
    const upload = request(`${server.url}/api/files/upload?path=/slow-${n}`, {
      method: "PUT",
      agent: false,
      headers: { "Content-Length": "10", "Content-Type": "application/octet-stream" },
    });
    upload.on("error", () => {}); // destroyed below
    upload.write("x");
    return upload;
  });
  const answered = begun.map(
    (upload) => new Promise<number>((resolve) => upload.on("response", ({ statusCode = 0 }) => resolve(statusCode))),
  );
  // Six are received, twenty-four wait, and one more is refused.
  expect(await Promise.race(answered)).toBe(503);
  const { etag } = ((await call("GET", `/text${query("/notes")}`)).body as { file: TextFile }).file;
  const saved = await call("PUT", "/text", { path: "/notes", content: "new", etag });
  expect(saved).toMatchObject({ status: 200 });
  for (const upload of begun) upload.destroy();
  await eventually(async () => (await readdir(root)).join() === "notes");
});

const changes = () =>
  server.emitted.map(({ event, data, room }) => {
    const { path, type, name } = data as FileChange;
    return `${event} ${room} ${path} ${type} ${name}`;
  });
const query = (path: string) => `?path=${encodeURIComponent(path)}`;

test("lists, writes, reads, renames and removes, and notifies viewers of the folder of each change", async () => {
  expect(await call("POST", "/folder", { path: "/new" })).toMatchObject({
    status: 201,
    body: { success: true },
  });
  const made = await call("PUT", "/text", { path: "/new/a b.txt", content: "one" });
  const { etag } = (made.body as { file: TextFile }).file;
  expect(await call("PUT", "/text", { path: "new/a b.txt", content: "two", etag })).toMatchObject({
    status: 200,
  });
  expect(await call("GET", `/text${query("/new/a b.txt")}`)).toMatchObject({
    body: { file: { content: "two" } },
  });
  expect(await call("POST", "/rename", { from: "/new/a b.txt", to: "/c" })).toMatchObject({ status: 200 });
  const { folder } = (await call("GET", "")).body as { folder: FolderListing };
  expect(folder).toMatchObject({ path: "/", total: 2, next: null, entries: [{ name: "new" }, { name: "c" }] });
  expect(await call("DELETE", query("/new"))).toMatchObject({ status: 200 });
  expect(await call("DELETE", query("/c"))).toMatchObject({ status: 200 });
  expect(await readdir(root)).toEqual([]);
  expect(changes()).toEqual([
    "change / / addDir new",
    "change /new /new add a b.txt",
    "change /new /new change a b.txt",
    "change /new /new unlink a b.txt",
    "change / / add c",
    "change / / unlinkDir new",
    "change / / unlink c",
  ]);
});

test("refuses invalid requests with a code, changes nothing and notifies nobody", async () => {
  await writeFile(join(root, "kept"), "kept");
  const refusals: [string, string, unknown, number, string][] = [
    ["GET", query("/../etc"), undefined, 400, "invalid_input"],
    ["GET", "?path=%2e%2e%2f", undefined, 400, "invalid_input"],
    ["GET", "?path=a%00", undefined, 400, "invalid_input"],
    ["GET", "?path=", undefined, 400, "invalid_input"],
    ["GET", `?path=${"a/".repeat(2500)}`, undefined, 400, "invalid_input"],
    ["GET", "?limit=0", undefined, 400, "invalid_input"],
    ["GET", "?extra=1", undefined, 400, "invalid_input"],
    ["GET", query("/gone"), undefined, 404, "not_found"],
    ["DELETE", query("/"), undefined, 400, "invalid_input"],
    ["DELETE", "", undefined, 400, "invalid_input"],
    ["PUT", "/text", { path: "/kept", content: "new" }, 409, "conflict"],
    ["PUT", "/text", { path: "/kept", content: "new", mode: 0o777 }, 400, "invalid_input"],
    ["POST", "/rename", { from: "/kept", to: "/" }, 400, "invalid_input"],
    ["POST", "/folder", { path: "/kept" }, 409, "conflict"],
    ["PUT", `/upload${query("/../x")}`, "bytes", 400, "invalid_input"],
    ["GET", `/download${query("/")}`, undefined, 400, "invalid_input"],
  ];
  for (const [method, path, body, status, code] of refusals) {
    const answer = await call(method, path, body);
    expect([method, path, answer.status, (answer.body as { code: string }).code]).toEqual([method, path, status, code]);
    expect(JSON.stringify(answer.body)).not.toContain(temp.path);
  }
  expect(await readdir(root)).toEqual(["kept"]);
  expect(await readFile(join(root, "kept"), "utf8")).toBe("kept");
  expect(server.emitted).toEqual([]);
});

describe("download", () => {
  const download = (path: string, init?: RequestInit) => fetch(`${server.url}/api/files/download${query(path)}`, init);

  test("is an attachment that no browser opens as a page", async () => {
    const name = 'é"\r\n<script>.html';
    await writeFile(join(root, name), "<script>alert(1)</script>");
    const response = await download(`/${name}`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("<script>alert(1)</script>");
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/octet-stream",
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringContaining("sandbox"),
      "content-length": "25",
    });
    const disposition = response.headers.get("content-disposition") ?? "";
    expect(disposition).toMatch(/^attachment; /);
    expect(decodeURIComponent(disposition.split("UTF-8''")[1] ?? "")).toBe(name);
  });

  test("sends the requested range, or everything when the file has changed", async () => {
    await writeFile(join(root, "digits"), "0123456789");
    const part = await download("/digits", { headers: { Range: "bytes=2-4" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, "bytes 2-4/10", "234"]);
    const etag = part.headers.get("etag") ?? "";
    const resumed = await download("/digits", { headers: { Range: "bytes=8-", "If-Range": etag } });
    expect([resumed.status, await resumed.text()]).toEqual([206, "89"]);
    const changed = await download("/digits", { headers: { Range: "bytes=8-", "If-Range": '"other"' } });
    expect([changed.status, await changed.text()]).toEqual([200, "0123456789"]);
    const beyond = await download("/digits", { headers: { Range: "bytes=10-" } });
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, "bytes */10"]);
    const head = await download("/digits", { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "10", ""]);
    await writeFile(join(root, "empty"), "");
    expect(await (await download("/empty")).text()).toBe("");
  });

  test("closes the file when the reader disconnects", async () => {
    await writeFile(join(root, "large"), Buffer.alloc(64 * 1024 * 1024));
    const open = async () => (await readdir("/proc/self/fd")).length;
    const abort = new AbortController();
    const response = await download("/large", { signal: abort.signal });
    const during = await open();
    await response.body?.getReader().read();
    abort.abort();
    await eventually(async () => (await open()) < during);
  });
});

describe("upload", () => {
  const put = (path: string, body: RequestInit["body"], headers: Record<string, string> = {}) =>
    fetch(`${server.url}/api/files/upload${query(path)}`, {
      method: "PUT",
      body,
      headers: { "content-type": "application/octet-stream", ...headers },
      duplex: "half",
    } as RequestInit);

  test("stores a body of any type unchanged, with and without Content-Length", async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    expect((await put("/a.bin", bytes, { "content-type": "application/json" })).status).toBe(201);
    const piece = new Blob([bytes]).stream();
    const replaced = await put("/a.bin", piece);
    expect([replaced.status, await replaced.json()]).toMatchObject([
      200,
      { success: true, entry: { name: "a.bin", kind: "file", size: 60_000 } },
    ]);
    expect(await readFile(join(root, "a.bin"))).toEqual(Buffer.from(bytes));
    expect((await put("/empty", null)).status).toBe(201);
    expect(changes()).toEqual(["change / / add a.bin", "change / / change a.bin", "change / / add empty"]);
  });

  test("replaces nothing with If-None-Match, and follows no link", async () => {
    await writeFile(join(root, "kept"), "kept");
    await symlink(join(temp.path, "outside"), join(root, "link"));
    expect((await put("/kept", "new", { "if-none-match": "*" })).status).toBe(409);
    expect((await put("/link", "new")).status).toBe(400);
    expect((await put("/kept", "new", { "content-encoding": "gzip" })).status).toBe(415);
    expect(await readFile(join(root, "kept"), "utf8")).toBe("kept");
    expect((await readdir(temp.path)).sort()).toEqual(["root"]);
  });

  test("refuses a body above the limit, with and without Content-Length, and keeps nothing of it", async () => {
    expect((await put("/big", new Uint8Array(1_000_001))).status).toBe(413);
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
    // The server may close the connection before the client has written everything.
    const status = await put("/big", endless).then(
      (response) => response.status,
      () => 413,
    );
    expect(status).toBe(413);
    await eventually(async () => (await readdir(root)).length === 0);
  });

  test("keeps the old file and no draft when the connection breaks", async () => {
    await writeFile(join(root, "old"), "old");
    const { hostname, port } = new URL(server.url);
    const client = request({
      hostname,
      port,
      method: "PUT",
      path: `/api/files/upload${query("/old")}`,
      headers: { "content-length": "100000" },
    });
    client.on("error", () => {});
    client.write(Buffer.alloc(50_000));
    const saves = () => readdir(join(temp.path, "saves")).catch(() => []);
    await eventually(async () => (await saves()).length === 2);
    client.destroy();
    await eventually(async () => (await saves()).length === 0);
    expect(await readdir(root)).toEqual(["old"]);
    expect(await readFile(join(root, "old"), "utf8")).toBe("old");
    expect(server.emitted).toEqual([]);
  });
});
