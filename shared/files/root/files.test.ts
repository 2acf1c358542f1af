import { execFile } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { chmod, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TEXT_FILE_MAX } from "../../protocol/file.ts";
import { toAppError } from "../../server/errors.ts";
import { silentLog } from "../../server/log.ts";
import { lacks } from "../../testing/parts.ts";
import { type TempFolder, tempFolder } from "../../testing/temp-folder.ts";
import { createSaveJournal, type SaveJournal } from "../saving/save-journal.ts";
import { createFileRoot, type FileRoot } from "./files.ts";

const run = promisify(execFile);
const noNamespaces = await lacks("namespaces");
let temp: TempFolder;
let root: string;
let outside: string;
let files: FileRoot;
let journal: SaveJournal;

beforeEach(async () => {
  temp = await tempFolder("files");
  root = join(temp.path, "root");
  outside = join(temp.path, "root-secret");
  await mkdir(root);
  await mkdir(outside);
  await writeFile(join(outside, "secret"), "SECRET");
  journal = createSaveJournal({ folder: join(temp.path, "saves"), log: silentLog(), maxBytes: 64 * 1024 * 1024 });
  files = createFileRoot({ root, log: silentLog(), journal });
});
afterEach(() => temp.remove());

const put = (path: string, content: string | Buffer = "text") => writeFile(join(root, path), content);
const list = async (path = "/") => (await files.list(path, { limit: 1000 })).entries.map(({ name }) => name);
const codeOf = async (work: Promise<unknown>) => {
  try {
    await work;
    return "done";
  } catch (error) {
    return toAppError(error).code;
  }
};
const everyCall = (path: string): [string, () => Promise<unknown>][] => [
  ["list", () => files.list(path, { limit: 10 })],
  ["resolveFolder", () => files.resolveFolder(path)],
  ["readText", () => files.readText(path)],
  ["openDownload", () => files.openDownload(path).then((file) => file.close())],
  ["writeText", () => files.writeText(path, "x", undefined)],
  ["makeFolder", () => files.makeFolder(path)],
  ["upload", () => files.upload(path, new Blob(["x"]).stream(), { replace: true })],
  ["remove", () => files.remove(path)],
  ["rename from", () => files.rename(path, "/moved")],
];

describe("confinement", () => {
  test.for([
    "../root-secret/secret",
    "/../root-secret/secret",
    "a/../../root-secret/secret",
    "..",
    "\u{10f72e}\u{10f72e}/root-secret/secret",
    "\u{10f72e}./root-secret/secret",
    "a\0b",
    "a".repeat(256),
    "\ud800",
  ])("refuses %j in every call", async (path) => {
    for (const [name, call] of everyCall(path)) expect([name, await codeOf(call())]).toEqual([name, "invalid_input"]);
    expect(await readdir(root)).toEqual([]);
    expect(await readFile(join(outside, "secret"), "utf8")).toBe("SECRET");
  });

  test.for(["..%2froot-secret", "%2e%2e/root-secret", "%252e%252e", "..\\root-secret", "....//root-secret"])(
    "treats %j as the name of a missing file",
    async (path) => {
      expect(await codeOf(files.list(path, { limit: 10 }))).toBe("not_found");
      expect(await codeOf(files.readText(`${path}/secret`))).toBe("not_found");
    },
  );

  test("treats an absolute path as one below the root", async () => {
    expect(await codeOf(files.readText(join(outside, "secret")))).toBe("not_found");
  });

  test("follows no link in any component, in every call", async () => {
    await symlink(outside, join(root, "folder-link"));
    await symlink(join(outside, "secret"), join(root, "file-link"));
    await symlink("loop", join(root, "loop"));
    await symlink("missing", join(root, "dangling"));
    await symlink("folder-link", join(root, "chain"));
    for (const link of ["folder-link", "chain", "loop", "dangling"]) {
      for (const [name, call] of everyCall(`${link}/secret`)) {
        expect([name, await codeOf(call())]).toEqual([name, "not_found"]);
      }
    }
    for (const link of ["file-link", "folder-link", "dangling", "loop"]) {
      expect(await codeOf(files.readText(link))).toBe("invalid_input");
      expect(await codeOf(files.openDownload(link))).toBe("invalid_input");
      expect(await codeOf(files.upload(link, new Blob(["x"]).stream(), { replace: true }))).toBe("invalid_input");
      expect(await codeOf(files.list(link, { limit: 10 }))).toBe("not_found");
    }
    expect(await files.list("/", { limit: 10 })).toMatchObject({
      entries: ["chain", "dangling", "file-link", "folder-link", "loop"].map((name) => ({ name, kind: "symlink" })),
    });
    expect(await readFile(join(outside, "secret"), "utf8")).toBe("SECRET");
    expect(await readdir(outside)).toEqual(["secret"]);
  });

  test("never returns a byte from outside while a folder and a link to outside swap places", async () => {
    await mkdir(join(root, "real"));
    await put("real/secret", "inside");
    await symlink(outside, join(root, "link"));
    let swapping = true;
    const swap = (async () => {
      while (swapping) {
        await rename(join(root, "real"), join(root, "aside"));
        await rename(join(root, "link"), join(root, "real"));
        await rename(join(root, "real"), join(root, "link"));
        await rename(join(root, "aside"), join(root, "real"));
      }
    })();
    const seen = new Map<string, number>();
    for (let index = 0; index < 3_000; index++) {
      const outcome = await files.readText("/real/secret").then(
        ({ content }) => content,
        (error: unknown) => toAppError(error).code,
      );
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    swapping = false;
    await swap;
    expect([...seen.keys()].sort()).toEqual(["inside", "not_found"]);
  });

  test("refuses access to protected folders, and to move or remove their parents", async () => {
    await mkdir(join(root, "app/state"), { recursive: true });
    await put("app/state/token", "TOKEN");
    await symlink(join(root, "app"), join(temp.path, "way"));
    files = createFileRoot({ root, log: silentLog(), journal, protect: [join(temp.path, "way/state")] });
    for (const [name, call] of everyCall("/app/state/token")) {
      expect([name, await codeOf(call())]).toEqual([name, "forbidden"]);
    }
    for (const path of ["/app", "/app/state"]) {
      expect(await codeOf(files.remove(path))).toBe("forbidden");
      expect(await codeOf(files.rename(path, "/elsewhere"))).toBe("forbidden");
    }
    expect(await codeOf(files.list("/app/state", { limit: 1 }))).toBe("forbidden");
    expect(await list("/app")).toEqual(["state"]);
    expect(await readFile(join(root, "app/state/token"), "utf8")).toBe("TOKEN");
  });
});

describe("reading", () => {
  test("refuses pipes, sockets, devices and huge files at once", async () => {
    await run("mkfifo", [join(root, "pipe")]);
    const server = createServer().listen(join(root, "socket"));
    await run("truncate", ["-s", "10G", join(root, "sparse")]);
    const names = ["pipe", "socket"];
    if (
      await run("mknod", [join(root, "device"), "c", "1", "5"]).then(
        () => true,
        () => false,
      )
    )
      names.push("device");
    for (const name of names) {
      expect(await codeOf(files.readText(name))).toBe("unsupported_media_type");
      expect(await codeOf(files.openDownload(name))).toBe("unsupported_media_type");
      expect(await codeOf(files.upload(name, new Blob(["x"]).stream(), { replace: true }))).toBe(
        "unsupported_media_type",
      );
    }
    expect(await codeOf(files.readText("sparse"))).toBe("too_large");
    expect(await codeOf(files.readText("/"))).toBe("invalid_input");
    server.close();
  });

  test("reads text of exactly the limit, and refuses other encodings than UTF-8", async () => {
    await put("whole", "é".repeat(TEXT_FILE_MAX / 2));
    expect((await files.readText("whole")).content.length).toBe(TEXT_FILE_MAX / 2);
    await put("over", "x".repeat(TEXT_FILE_MAX + 1));
    expect(await codeOf(files.readText("over"))).toBe("too_large");
    for (const bytes of [[0xff, 0xfe], [0x61, 0x00], [0xc3]]) {
      await put("binary", Buffer.from(bytes));
      expect(await codeOf(files.readText("binary"))).toBe("unsupported_media_type");
    }
    await put("marked", "\ufefftext");
    expect((await files.readText("marked")).content).toBe("\ufefftext");
  });

  test.skipIf(process.platform !== "linux")("reads a file whose reported size is 0", async () => {
    const proc = createFileRoot({ root: "/proc/self", log: silentLog() });
    expect((await proc.readText("status")).content).toContain("Pid:");
  });

  test("reports that the root is missing, and finds it once it exists", async () => {
    files = createFileRoot({ root: join(temp.path, "later"), log: silentLog() });
    expect(await codeOf(files.ping())).toBe("upstream_unavailable");
    await mkdir(join(temp.path, "later"));
    await files.ping();
  });
});

describe("listing", () => {
  test("lists folders first and numbers by value, page by page without loss or repetition", async () => {
    for (const folder of ["B", "a10", "a9"]) await mkdir(join(root, folder));
    for (const name of ["file10", "file9", "File2", ".env", "file010"]) await put(name);
    const whole = ["a9", "a10", "B", ".env", "File2", "file9", "file010", "file10"];
    expect(await list()).toEqual(whole);
    const paged: string[] = [];
    let after: string | undefined;
    do {
      const page = await files.list("/", { limit: 3, ...(after === undefined ? {} : { after }) });
      expect(page.total).toBe(8);
      paged.push(...page.entries.map(({ name }) => name));
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(paged).toEqual(whole);
  });

  test("lists size, mode, time and kind of each entry", async () => {
    await put("run.sh", "12345");
    await chmod(join(root, "run.sh"), 0o750);
    const [entry] = (await files.list("/", { limit: 1 })).entries;
    const { mtime } = await stat(join(root, "run.sh"));
    expect(entry).toEqual({
      name: "run.sh",
      kind: "file",
      size: 5,
      mode: 0o750,
      writable: true,
      removable: true,
      modifiedAt: mtime.toISOString(),
      hidden: false,
    });
  });

  test("lists the first page of 100,000 entries in order, at little more than the cost of reading them", async () => {
    for (let index = 1; index <= 100_000; index++) closeSync(openSync(join(root, `file-${index}`), "w"));
    const cost = async (work: () => Promise<unknown>) => {
      const before = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000;
    };
    const bare = await cost(() => readdir(root, { withFileTypes: true }));
    expect(await cost(() => files.list("/", { limit: 500 }))).toBeLessThan(3 * bare + 1_000);
    const page = await files.list("/", { limit: 500 });
    expect(page).toMatchObject({ total: 100_000, next: expect.any(String) });
    expect(page.entries.slice(8, 11).map(({ name }) => name)).toEqual(["file-9", "file-10", "file-11"]);
  });

  test("keeps every name exactly, whatever its bytes", async () => {
    const names = [
      "new\nline",
      'quo"te',
      "<img src=x>",
      "\u202egnp.exe",
      "-rf",
      "e\u0301",
      "é".repeat(127),
      "\u{10f7ff}",
      "a\\b",
    ];
    for (const name of names) await put(name, name);
    await writeFile(
      Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x61, 0xff, 0xfe, 0x62, 0xc3, 0xa9])]),
      "bytes",
    );
    const listed = await list();
    expect(listed).toHaveLength(names.length + 1);
    const read = await Promise.all(listed.map(async (name) => (await files.readText(name)).content));
    expect(read.sort()).toEqual([...names, "bytes"].sort());
    const [bytes] = listed.filter((name) => name.startsWith("a") && !names.includes(name));
    await files.rename(bytes ?? "", "plain");
    expect(await readFile(join(root, "plain"), "utf8")).toBe("bytes");
    for (const name of await list()) await files.remove(name);
    expect(await readdir(root)).toEqual([]);
  });
});

describe("writing", () => {
  test("writes a file in place, keeps its mode and leaves nothing else", async () => {
    await put("run.sh", "old");
    await chmod(join(root, "run.sh"), 0o4751);
    const { etag } = await files.readText("run.sh");
    const saved = await files.writeText("run.sh", "neü", etag);
    expect(await files.readText("/run.sh")).toEqual(saved);
    expect((await stat(join(root, "run.sh"))).mode & 0o7777).toBe(0o4751);
    expect(await readdir(root)).toEqual(["run.sh"]);
    expect(await readdir(journal.folder)).toEqual([]);
  });

  test("refuses to overwrite another version than the one that was read", async () => {
    await put("note", "one");
    const { etag } = await files.readText("note");
    expect(await codeOf(files.writeText("note", "two", undefined))).toBe("conflict");
    await put("note", "two");
    expect(await codeOf(files.writeText("note", "three", etag))).toBe("conflict");
    expect(await codeOf(files.writeText("gone", "three", etag))).toBe("not_found");
    expect(await readFile(join(root, "note"), "utf8")).toBe("two");
    expect(await readdir(root)).toEqual(["note"]);
  });

  test("lets exactly one of many writers of one version succeed", async () => {
    await put("note", "old");
    const { etag } = await files.readText("note");
    const replaced = await Promise.all([1, 2, 3, 4].map((n) => codeOf(files.writeText("note", `${n}`, etag))));
    expect(replaced.toSorted()).toEqual(["conflict", "conflict", "conflict", "done"]);
    const made = await Promise.all([1, 2, 3, 4].map((n) => codeOf(files.writeText("new", `${n}`, undefined))));
    expect(made.toSorted()).toEqual(["conflict", "conflict", "conflict", "done"]);
    expect((await list()).length).toBe(2);
  });

  test("refuses a text over the limit, and half a character", async () => {
    expect(await codeOf(files.writeText("a", "é".repeat(TEXT_FILE_MAX / 2 + 1), undefined))).toBe("too_large");
    expect(await codeOf(files.writeText("a", "\ud800", undefined))).toBe("invalid_input");
    expect(await readdir(root)).toEqual([]);
  });

  test.skipIf(noNamespaces)("keeps the old file and leaves no draft when the disk is full", async () => {
    const probe = join(import.meta.dirname, "../../testing/probes/full-disk-probe.ts");
    const script = 'mount -t tmpfs -o size=64k none "$0" && exec "$@"';
    const args = [root, process.execPath, probe, root, journal.folder];
    const { stdout } = await run("unshare", ["-m", "sh", "-c", script, ...args]);
    expect(JSON.parse(stdout)).toEqual({
      text: "storage_full",
      upload: "storage_full",
      announced: "storage_full",
      fresh: "storage_full",
      content: "old",
      names: ["state"],
      kept: 0,
    });
  });
});

describe("changing", () => {
  test("refuses to change the root itself, in any spelling", async () => {
    await put("kept");
    for (const path of ["/", ".", "./", "//", "/./."]) {
      expect(await codeOf(files.remove(path))).toBe("invalid_input");
      expect(await codeOf(files.rename(path, "/x"))).toBe("invalid_input");
      expect(await codeOf(files.rename("/kept", path))).toBe("invalid_input");
      expect(await codeOf(files.writeText(path, "", undefined))).toBe("invalid_input");
    }
    expect(await list()).toEqual(["kept"]);
  });

  test("removes a tree with its links, but not their targets", async () => {
    await mkdir(join(root, "tree/deep/deeper"), { recursive: true });
    for (let index = 0; index < 50; index++) await put(`tree/deep/${index}`);
    await symlink(outside, join(root, "tree/deep/link"));
    await symlink(join(outside, "secret"), join(root, "file-link"));
    expect(await files.remove("/tree")).toBe("directory");
    expect(await files.remove("/file-link")).toBe("symlink");
    expect(await readdir(root)).toEqual([]);
    expect(await readFile(join(outside, "secret"), "utf8")).toBe("SECRET");
    expect(await codeOf(files.remove("/tree"))).toBe("not_found");
  });

  test("renames and moves, and never replaces an existing entry", async () => {
    await put("a", "a");
    await put("b", "b");
    await mkdir(join(root, "empty"));
    await mkdir(join(root, "folder"));
    expect(await codeOf(files.rename("/a", "/b"))).toBe("conflict");
    expect(await codeOf(files.rename("/folder", "/empty"))).toBe("conflict");
    expect(await codeOf(files.rename("/folder", "/folder/inside"))).toBe("invalid_input");
    expect(await codeOf(files.rename("/gone", "/c"))).toBe("not_found");
    expect(await files.rename("/a", "/folder/c")).toBe("file");
    expect(await files.rename("/folder", "/renamed")).toBe("directory");
    expect(await readFile(join(root, "renamed/c"), "utf8")).toBe("a");
  });

  test("creates a folder once", async () => {
    await files.makeFolder("/new");
    expect(await codeOf(files.makeFolder("/new"))).toBe("conflict");
    expect(await codeOf(files.makeFolder("/missing/new"))).toBe("not_found");
    expect(await files.resolveFolder("//new/.")).toEqual({ path: "/new", absolutePath: join(root, "new") });
    expect((await lstat(join(root, "new"))).isDirectory()).toBe(true);
  });
});

describe("uploads", () => {
  const upload = (
    path: string,
    pieces: Uint8Array[],
    options: { size?: number; replace?: boolean; fail?: boolean } = {},
  ) => {
    const { fail, replace = true, ...rest } = options;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = pieces.shift();
        if (piece) controller.enqueue(piece);
        else if (fail) controller.error(new Error("connection reset"));
        else controller.close();
      },
    });
    return files.upload(path, body, { ...rest, replace });
  };
  const piece = (size: number) => new Uint8Array(size).fill(65);

  test("writes an upload, over an existing file only on request", async () => {
    expect(await upload("/new", [piece(10), piece(5)], { size: 15 })).toMatchObject({
      replaced: false,
      entry: { name: "new", kind: "file", size: 15 },
    });
    expect(await codeOf(upload("/new", [piece(1)], { replace: false }))).toBe("conflict");
    expect(await upload("/new", [piece(1)])).toMatchObject({ replaced: true, entry: { size: 1 } });
    expect(await codeOf(upload("/new/inside", [piece(1)]))).toBe("not_found");
  });

  test("leaves nothing of an upload that is cut, stalls, has a wrong length or is too large", async () => {
    files = createFileRoot({ root, log: silentLog(), journal, uploadMax: 100, uploadIdleMs: 50 });
    await put("old", "old");
    expect(await codeOf(upload("/old", [piece(50)], { fail: true }))).toBe("invalid_input");
    expect(await codeOf(upload("/old", [piece(50)], { size: 80 }))).toBe("invalid_input");
    expect(await codeOf(upload("/old", [piece(60), piece(60)]))).toBe("too_large");
    expect(await codeOf(upload("/old", [piece(1)], { size: 101 }))).toBe("too_large");
    expect(await codeOf(files.upload("/old", new ReadableStream<Uint8Array>(), { replace: true }))).toBe(
      "invalid_input",
    );
    expect(await readdir(root)).toEqual(["old"]);
    expect(await readFile(join(root, "old"), "utf8")).toBe("old");
  });
});

test("leaves no descriptor open, whatever the result of a call", async () => {
  if (process.platform !== "linux") return;
  const before = (await readdir("/proc/self/fd")).length;
  await put("file");
  for (let round = 0; round < 5; round++) {
    for (const path of ["/file", "/gone", "/file/x", "/"]) for (const [, call] of everyCall(path)) await codeOf(call());
    await rm(join(root, "moved"), { recursive: true, force: true });
    await put("file");
  }
  expect((await readdir("/proc/self/fd")).length).toBeLessThanOrEqual(before);
});
