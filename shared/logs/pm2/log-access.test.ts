import { appendFile, chown, mkdir, open, rename, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterEach, expect, test } from "vitest";
import { readLogFile, statLogFile } from "../../pm2/log-files.ts";
import { rotateLogFile } from "../../pm2/rotate-log.ts";
import { lacks } from "../../testing/parts.ts";
import { type TempFolder, tempFolder } from "../../testing/temp-folder.ts";
import { FileTail } from "./file-tail.ts";
import { createLogAccess } from "./log-access.ts";
import { fillerText } from "./log-filler.ts";

let folder: TempFolder | undefined;
afterEach(() => folder?.remove());
const makeFolder = async () => {
  folder = await tempFolder("logs");
  return folder.path;
};

test("a file that only a link can read is followed by its place, across a rename; what it hides is a gap", async () => {
  const path = join(await makeFolder(), "app-out.log");
  const access = createLogAccess({ statFile: statLogFile, readFile: readLogFile });
  const story: string[] = [];
  const tail = new FileTail(access, path, undefined, {
    onLines: (lines) => void story.push(...lines.map(({ text }) => text.trimEnd())),
    onLost: (reason) => void story.push(`<${reason}>`),
  });
  await tail.catchUp();
  await writeFile(path, "one\ntwo\nthr");
  await tail.catchUp();
  expect(await tail.isUnchanged()).toBe(true);
  await appendFile(path, "ee\n");
  expect(await tail.isUnchanged()).toBe(false);
  await tail.catchUp();
  await appendFile(path, "found\n");
  await rename(path, `${path}.1`);
  await writeFile(path, "new\n");
  await tail.catchUp();
  await tail.catchUp();
  await appendFile(path, "unread\n");
  await rename(path, `${path}-20260101`);
  await writeFile(path, "newer\n");
  await tail.catchUp();
  await tail.catchUp();
  await truncate(path);
  await tail.catchUp();
  await appendFile(path, "last\n");
  await tail.catchUp();
  await tail.close();
  expect(story).toEqual(["one", "two", "three", "found", "new", "<rotated>", "newer", "<truncated>", "last"]);
});

test.skipIf(await lacks("linux", "collapsible-files"))(
  "a file that only a link can read has each line once, while the panel rotates it",
  async () => {
    const path = join(await makeFolder(), "app-out.log");
    const access = createLogAccess({ statFile: statLogFile, readFile: readLogFile });
    const seen: string[] = [];
    const tail = new FileTail(access, path, undefined, {
      onLines: (lines) => void seen.push(...lines.map(({ text }) => text.trimEnd())),
      onLost: (reason) => void seen.push(`<${reason}>`),
    });
    const lines = Array.from({ length: 6_000 }, (_, index) => `line ${index} ${"x".repeat(1 + (index % 97))}`);
    const options = { kept: 2, compress: true, mayLose: false };
    for (let from = 0; from < lines.length; from += 1_000) {
      await appendFile(path, `${lines.slice(from, from + 1_000).join("\n")}\n`);
      // Read to the end before, in the middle of it, and not at all.
      if (from % 3_000 === 0) await tail.catchUp();
      const reading = from % 3_000 === 1_000 ? tail.catchUp() : undefined;
      expect(await rotateLogFile(path, options)).toBeGreaterThan(0);
      await reading;
      if (from % 3_000 !== 2_000) await tail.catchUp();
    }
    await tail.catchUp();
    await tail.close();
    expect(seen.filter((line) => line !== "")).toEqual(lines);
  },
);

test("a rotation that is slow to cover the rest of its last line repeats no line and leaves no gap", async () => {
  const path = join(await makeFolder(), "app-out.log");
  const story: string[] = [];
  const tail = new FileTail(
    createLogAccess({ direct: { owner: undefined }, statFile: statLogFile, readFile: readLogFile }),
    path,
    undefined,
    {
      onLines: (lines) => void story.push(...lines.map(({ text }) => text.trimEnd())),
      onLost: (reason) => void story.push(`<${reason}>`),
    },
  );
  const lines = Array.from({ length: 60 }, (_, index) => `line ${index} ${"x".repeat(90)}`);
  const text = `${lines.join("\n")}\n`;
  await writeFile(path, text);
  await tail.catchUp();
  const end = text.indexOf("\n", 4_096) + 1;
  await writeFile(`${path}.1`, text.slice(0, end));
  await writeFile(path, text.slice(4_096));
  await tail.catchUp();
  const file = await open(path, "r+");
  await file.write(fillerText(end - 4_096), 0);
  await file.close();
  await tail.catchUp();
  await appendFile(path, "next\n");
  await tail.catchUp();
  await tail.close();
  expect(story).toEqual([...lines, "next"]);
});

test("a place in what was rotated away long ago is a gap, though a blank line stands at the head of the file", async () => {
  const path = join(await makeFolder(), "app-out.log");
  await writeFile(`${path}.1`, "a\n".repeat(5_000));
  await writeFile(path, `${fillerText(20)}${"b\n".repeat(5_000)}`);
  const epoch = `${(await stat(path)).ino.toString(36)}-old`;
  const lost: string[] = [];
  let lines = 0;
  const access = createLogAccess({ direct: { owner: undefined }, statFile: statLogFile, readFile: readLogFile });
  const tail = new FileTail(
    access,
    path,
    { epoch, at: 4_097 },
    {
      onLines: (read) => {
        lines += read.length;
      },
      onLost: (reason) => void lost.push(reason),
    },
  );
  await tail.catchUp();
  await tail.close();
  expect({ lost, lines }).toEqual({ lost: ["rotated"], lines: 5_000 });
});

test.skipIf(process.getuid?.() !== 0)(
  "of another user's daemon only regular files of this user are opened",
  async () => {
    const home = join(await makeFolder(), "home");
    await mkdir(home);
    const [own, other, link] = ["own.log", "other.log", "link.log"].map((name) => join(home, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(own, "own\n");
    await writeFile(other, "of root\n");
    await chown(own, 4_001, 4_001);
    await symlink(other, link);
    const direct = createLogAccess({ direct: { owner: 4_001 }, statFile: statLogFile, readFile: readLogFile });
    await (await direct.open(own)).close();
    for (const path of [other, link]) await expect(direct.open(path)).rejects.toMatchObject({ code: "not_supported" });
    const read = async (path: string) => Buffer.from(await readLogFile(path, 0, 10, 4_001)).toString();
    expect(await read(own)).toBe("own\n");
    await expect(read(other)).rejects.toMatchObject({ code: "forbidden" });
    for (const path of [link, "/dev/null"]) await expect(read(path)).rejects.toMatchObject({ code: "not_supported" });
    await rm(link);
    await expect(direct.open(link)).rejects.toMatchObject({ code: "ENOENT" });
  },
);
