import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, link, mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FolderListing, InterruptedSave, TextFile } from "../../protocol/file.ts";
import { findDeno, lacks } from "../../testing/parts.ts";
import type { FilesProbe } from "../../testing/probes/files-probe.ts";
import { type TempFolder, tempFolder } from "../../testing/temp-folder.ts";

const run = promisify(execFile);
const probe = join(import.meta.dirname, "../../testing/probes/files-probe.ts");
const noOthers = await lacks("acl");
const noDeno = await lacks("deno");
const noNamespaces = await lacks("namespaces");

let temp: TempFolder;
let root: string;
let saves: string;

beforeEach(async () => {
  temp = await tempFolder("saving");
  root = join(temp.path, "root");
  saves = join(temp.path, "saves");
  await chmod(temp.path, 0o755);
  await mkdir(root);
  await mkdir(saves);
  await chmod(root, 0o755);
  await chmod(saves, 0o777);
});
afterEach(() => temp.remove());

const panel = { uid: 1001, gid: 1001, groups: [1001, 2002] };
const at = (name: string) => join(root, name);
const steps = async (
  list: FilesProbe["steps"],
  more: Partial<FilesProbe> = {},
  wrap: string[] = [],
  runtime = [process.execPath],
) => {
  const [program = "", ...args] = [...wrap, ...runtime, probe];
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify({ root, saves, steps: list, ...more }));
  const [output] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return JSON.parse(output) as unknown[];
};
const make = async (name: string, content: string, { uid = 0, gid = 0, mode = 0o644 } = {}) => {
  await writeFile(at(name), content);
  await chown(at(name), uid, gid);
  await chmod(at(name), mode);
};
/** Everything that a save must preserve. */
const identity = async (name: string) => {
  const { ino, uid, gid, mode, nlink } = await stat(at(name));
  const acl = await run("getfacl", ["-cn", at(name)]);
  const attributes = await run("getfattr", ["-d", "--absolute-names", at(name)]);
  return { ino, uid, gid, mode: mode.toString(8), nlink, acl: acl.stdout, attributes: attributes.stdout };
};

describe.skipIf(noOthers)("a save preserves the file", () => {
  test.for([
    ["root", undefined],
    ["uid 1001", panel],
  ] as const)("for a panel that runs as %s", async ([, user]) => {
    await make("group", "old", { uid: 3003, gid: 2002, mode: 0o660 });
    await make("everybody", "old", { mode: 0o666 });
    await make("acl", "old", { uid: 3003, gid: 3003, mode: 0o640 });
    await run("setfacl", ["-m", "u:1001:rw,u:4004:r", at("acl")]);
    await run("setfattr", ["-n", "user.origin", "-v", "backup", at("acl")]);
    await make("own-setuid", "old", { uid: 1001, gid: 1001, mode: 0o6755 });
    const names = ["group", "everybody", "acl", "own-setuid"];
    const before = await Promise.all(names.map(identity));
    const save = names.map((path) => ({ do: "save", path, content: "new text" }) as const);
    const upload = names.map((path) => ({ do: "upload", path, content: "up" }) as const);
    const more = user ? { user } : {};
    expect(await steps([...save, ...upload], more)).toEqual(Array(8).fill("done"));
    expect(await Promise.all(names.map(identity))).toEqual(before);
    for (const name of names) expect(await readFile(at(name), "utf8")).toBe("up");
    expect(await readdir(saves)).toEqual([]);
    expect((await readdir(root)).sort()).toEqual(names.sort());
  });

  test("and refuses with 403 a file that the panel may only read, even in its own folder", async () => {
    await chown(root, 1001, 1001);
    await make("root-owned", "old");
    await make("own-read-only", "old", { uid: 1001, gid: 1001, mode: 0o444 });
    await make("script", "old", { uid: 1001, gid: 1001, mode: 0o555 });
    const names = ["root-owned", "own-read-only", "script"];
    const before = await Promise.all(names.map(identity));
    const outcomes = await steps(
      names.flatMap((path) => [
        { do: "save", path, content: "new" },
        { do: "upload", path, content: "new" },
      ]),
      { user: panel },
    );
    expect(outcomes).toEqual(Array(6).fill("forbidden"));
    expect(await Promise.all(names.map(identity))).toEqual(before);
    for (const name of names) expect(await readFile(at(name), "utf8")).toBe("old");
  });

  test("and refuses a save that would remove a set-id bit of another user's file", async () => {
    await make("setuid", "old", { uid: 3003, gid: 2002, mode: 0o4775 });
    await make("setgid", "old", { uid: 1001, gid: 3003, mode: 0o2755 });
    const before = await Promise.all(["setuid", "setgid"].map(identity));
    const list = ["setuid", "setgid"].map((path) => ({ do: "save", path, content: "new" }) as const);
    expect(await steps(list, { user: panel })).toEqual(["forbidden", "forbidden"]);
    expect(await Promise.all(["setuid", "setgid"].map(identity))).toEqual(before);
    expect(await steps(list)).toEqual(["done", "done"]);
    expect(await Promise.all(["setuid", "setgid"].map(identity))).toEqual(before);
  });

  test("and writes to a file with several names only if that is allowed", async () => {
    await make("one", "old");
    await link(at("one"), at("other"));
    const save = { do: "save", path: "one", content: "new" } as const;
    const upload = { do: "upload", path: "other", content: "up" } as const;
    expect(await steps([save, upload])).toEqual(["confirmation_required", "confirmation_required"]);
    expect(await readFile(at("other"), "utf8")).toBe("old");
    expect(await steps([{ ...save, allowHardLinks: true }])).toEqual(["done"]);
    expect(await readFile(at("other"), "utf8")).toBe("new");
    expect(await steps([{ ...upload, allowHardLinks: true }])).toEqual(["done"]);
    expect(await readFile(at("one"), "utf8")).toBe("up");
    expect((await stat(at("one"))).nlink).toBe(2);
  });

  test("in its encoding, with its byte order mark and line ends", async () => {
    const utf16 = Buffer.from("\ufeffé\r\nzwei", "utf16le");
    await writeFile(at("le"), utf16);
    await writeFile(at("be"), Buffer.from(utf16).swap16());
    await writeFile(at("marked"), "\ufeffone\r\n");
    await writeFile(at("latin"), Buffer.from("caf\xe9\n", "latin1"));
    await writeFile(at("binary"), Buffer.from([1, 2, 0xff, 3]));
    const read = (path: string) => ({ do: "read", path }) as const;
    const seen = await steps(["le", "be", "marked", "latin", "binary"].map(read));
    expect(seen).toMatchObject([
      { content: "\ufeffé\r\nzwei", encoding: "utf-16le", readOnly: null },
      { content: "\ufeffé\r\nzwei", encoding: "utf-16be", readOnly: null },
      { content: "\ufeffone\r\n", encoding: "utf-8", readOnly: null },
      { content: "café\n", encoding: "iso-8859-1", readOnly: "encoding" },
      "unsupported_media_type",
    ]);
    const save = (path: string, content: string) => ({ do: "save", path, content }) as const;
    expect(
      await steps([
        save("le", "\ufeffü\r\n"),
        save("be", "\ufeffü\r\n"),
        save("marked", "\ufefftwo\r\n"),
        save("latin", "x"),
      ]),
    ).toEqual(["done", "done", "done", "unsupported_media_type"]);
    const wide = Buffer.from("\ufeffü\r\n", "utf16le");
    expect(await readFile(at("le"))).toEqual(wide);
    expect(await readFile(at("be"))).toEqual(Buffer.from(wide).swap16());
    expect(await readFile(at("marked"))).toEqual(Buffer.from("\ufefftwo\r\n"));
    expect(await readFile(at("latin"), "latin1")).toBe("caf\xe9\n");
  });
});

describe.skipIf(noOthers)("a new entry gets mode and group from its folder", () => {
  const made: FilesProbe["steps"] = [
    { do: "new", path: "f/text", content: "x" },
    { do: "upload", path: "f/upload", content: "x" },
    { do: "folder", path: "f/folder" },
  ];
  const modes = async () => {
    const found = await Promise.all(["text", "upload", "folder"].map((name) => stat(at(`f/${name}`))));
    return found.map(({ mode, gid }) => `${(mode & 0o7777).toString(8)} ${gid}`);
  };

  test.for([
    [0o755, 0, ["644 0", "644 0", "755 0"]],
    [0o700, 0, ["600 0", "600 0", "700 0"]],
    [0o775, 2002, ["664 2002", "664 2002", "775 2002"]],
    [0o2770, 2002, ["660 2002", "660 2002", "2770 2002"]],
    [0o1777, 0, ["664 0", "664 0", "775 0"]],
  ] as const)("of mode %o and group %i, whatever the umask", async ([mode, gid, expected]) => {
    await mkdir(at("f"));
    await chown(at("f"), 0, gid);
    await chmod(at("f"), mode);
    expect(await steps(made, { umask: 0o077 })).toEqual(["done", "done", "done"]);
    expect(await modes()).toEqual(expected);
  });

  test("and keeps its own group in a folder whose group is not one of the panel's", async () => {
    await mkdir(at("f"));
    await chown(at("f"), 1001, 3003);
    expect(await steps(made, { umask: 0o077, user: panel })).toEqual(["done", "done", "done"]);
    expect(await modes()).toEqual(["644 1001", "644 1001", "755 1001"]);
  });

  test.for(["077", "022"])("and leaves it to the folder's default ACL, umask %s", async (umask) => {
    await mkdir(at("f"));
    await run("setfacl", ["-d", "-m", "u::rwx,u:4004:rw,g::-,o::-,m::rw", at("f")]);
    expect(await steps(made, { umask: Number.parseInt(umask, 8) })).toEqual(["done", "done", "done"]);
    expect(await modes()).toEqual(["660 0", "660 0", "760 0"]);
    expect((await run("getfacl", ["-cn", at("f/text")])).stdout).toContain("user:4004:rw-");
    await run("setfacl", ["-k", at("f")]);
    await run("setfacl", ["-d", "-m", "u::rwx,g::-,o::-", at("f")]);
    expect(await steps([{ do: "new", path: "f/private", content: "" }], { umask: 0o077 })).toEqual(["done"]);
    expect((await stat(at("f/private"))).mode & 0o777).toBe(0o600);
  });
});

test.skipIf(noDeno)("Deno preserves a file and lists rights like Node", async () => {
  await make("state", "old", { mode: 0o640 });
  const { ino } = await stat(at("state"));
  const list: FilesProbe["steps"] = [
    { do: "save", path: "state", content: "new text" },
    { do: "upload", path: "state", content: "up" },
    { do: "new", path: "new", content: "" },
    { do: "list", path: "/" },
  ];
  const outcomes = await steps(list, { umask: 0o077 }, [], [findDeno() ?? "deno", "run", "-A"]);
  const entries = [
    { name: "new", mode: 0o644, writable: true, removable: true },
    { name: "state", mode: 0o640, writable: true, removable: true },
  ];
  expect(outcomes).toMatchObject(["done", "done", "done", { writable: true, entries }]);
  expect([await readFile(at("state"), "utf8"), (await stat(at("state"))).ino]).toEqual(["up", ino]);
  expect(await readdir(saves)).toEqual([]);
});

test("removes the drafts that a killed server left in a folder, and none that may still be written", async () => {
  const draft = (mark: string) => `.ai-desktop-${mark.repeat(18)}.part`;
  for (const name of [draft("a"), draft("b"), ".ai-desktop-mine.part"]) await writeFile(at(name), "x");
  const longAgo = new Date(Date.now() - 11 * 60_000);
  for (const name of [draft("a"), ".ai-desktop-mine.part"]) await utimes(at(name), longAgo, longAgo);
  for (const part of ["before", "after"]) {
    await writeFile(join(saves, `${"c".repeat(24)}.${part}`), "x");
    await utimes(join(saves, `${"c".repeat(24)}.${part}`), longAgo, longAgo);
  }
  const list: FilesProbe["steps"] = [
    { do: "new", path: "new", content: "" },
    { do: "save", path: "new", content: "text" },
  ];
  expect(await steps(list)).toEqual(["done", "done"]);
  expect((await readdir(root)).sort()).toEqual([draft("b"), ".ai-desktop-mine.part", "new"].sort());
  expect(await readdir(saves)).toEqual([]);
});

test.skipIf(noOthers)("lists for each folder and file whether it can be written", async () => {
  await make("readable", "x");
  await make("own", "x", { uid: 1001 });
  await make("own-folderless", "x", { uid: 1001, mode: 0o600 });
  await mkdir(at("mine"));
  await chown(at("mine"), 1001, 1001);
  await mkdir(at("sticky"));
  await make("sticky/theirs", "x", { mode: 0o666 });
  await make("sticky/ours", "x", { uid: 1001 });
  await chmod(at("sticky"), 0o1777);
  const list = (path: string) => ({ do: "list", path }) as const;
  const [top, mine, sticky, file] = (await steps(
    [list("/"), list("/mine"), list("/sticky"), { do: "read", path: "readable" }],
    { user: panel },
  )) as [FolderListing, FolderListing, FolderListing, TextFile];
  const rights = ({ writable, entries }: FolderListing) => [
    writable,
    ...entries.map((entry) => `${entry.name} ${entry.writable} ${entry.removable}`),
  ];
  expect(rights(top)).toEqual([
    false,
    "mine true false",
    "sticky true false",
    "own true false",
    "own-folderless true false",
    "readable false false",
  ]);
  expect(rights(mine)).toEqual([true]);
  expect(rights(sticky)).toEqual([true, "ours true true", "theirs true false"]);
  expect(file.readOnly).toBe("permission");
});

describe.skipIf(noNamespaces)("an error in the middle of a save", () => {
  const small = (size: string) => [
    "unshare",
    "-m",
    "sh",
    "-c",
    `mount -t tmpfs -o size=${size} none "$0" && exec "$@"`,
  ];

  test("restores the old content on a full disk, for a text and for an upload", async () => {
    const old = "old ".repeat(10_000);
    const larger = "new ".repeat(40_000);
    const list: FilesProbe["steps"] = [
      { do: "new", path: "state", content: old },
      { do: "save", path: "state", content: larger },
      { do: "read", path: "state" },
      { do: "upload", path: "state", content: larger },
      { do: "read", path: "state" },
      { do: "save", path: "state", content: "short" },
      { do: "read", path: "state" },
    ];
    const outcomes = await steps(list, {}, [...small("64k"), root]);
    expect(outcomes).toMatchObject([
      "done",
      "storage_full",
      { content: old },
      "storage_full",
      { content: old },
      "done",
      { content: "short" },
    ]);
    expect(await readdir(saves)).toEqual([]);
  });

  test("changes nothing when the copies do not fit beside the panel's state", async () => {
    await make("state", "old ".repeat(20_000));
    const list: FilesProbe["steps"] = [
      { do: "save", path: "state", content: "new" },
      { do: "upload", path: "state", content: "new" },
    ];
    expect(await steps(list, {}, [...small("16k"), saves])).toEqual(["storage_full", "storage_full"]);
    expect(await readFile(at("state"), "utf8")).toBe("old ".repeat(20_000));
  });
});

describe("a save that was killed in the middle", () => {
  const id = "0123456789abcdef01234567";
  const sha = async (content: string) =>
    await crypto.subtle.digest("SHA-256", Buffer.from(content)).then((hash) => Buffer.from(hash).toString("base64url"));
  const leave = async (now: string | null) => {
    if (now !== null) await writeFile(at("state"), now);
    await writeFile(join(saves, `${id}.before`), "the old text");
    await writeFile(join(saves, `${id}.after`), "THE NEW TEXT!");
    const record = {
      target: at("state"),
      mode: 0o640,
      startedAt: new Date().toISOString(),
      before: { size: 12, sha256: await sha("the old text") },
      after: { size: 13, sha256: await sha("THE NEW TEXT!") },
    };
    await writeFile(join(saves, `${id}.json`), JSON.stringify(record));
  };
  const offered: Partial<InterruptedSave> = { id, path: "/state", sizeBefore: 12, sizeAfter: 13 };

  test.for([
    ["before", "the old text"],
    ["after", "THE NEW TEXT!"],
    ["keep", "THE NEld text"],
  ] as const)("is offered, and ends with the chosen version: %s", async ([version, content]) => {
    await leave("THE NEld text");
    const { ino } = await stat(at("state"));
    const [found, , left] = await steps([{ do: "saves" }, { do: "choose", version }, { do: "saves" }]);
    expect(found).toMatchObject([{ ...offered, state: "mixed" }]);
    expect(left).toEqual([]);
    expect(await readFile(at("state"), "utf8")).toBe(content);
    expect((await stat(at("state"))).ino).toBe(ino);
    expect(await readdir(saves)).toEqual([]);
  });

  test("is offered for an unchanged file and for a removed file, but not for a complete one", async () => {
    await leave("the old text");
    expect(await steps([{ do: "saves" }])).toMatchObject([[{ ...offered, state: "before" }]]);
    await leave("THE NEW TEXT!");
    expect(await steps([{ do: "saves" }])).toEqual([[]]);
    expect(await readdir(saves)).toEqual([]);
    await leave("x");
    const gone = await steps([{ do: "remove", path: "state" }, { do: "saves" }, { do: "choose", version: "after" }]);
    expect(gone).toMatchObject(["done", [{ ...offered, state: "missing" }], "/state"]);
    expect(await readFile(at("state"), "utf8")).toBe("THE NEW TEXT!");
    expect((await stat(at("state"))).mode & 0o777).toBe(0o640);
  });
});
