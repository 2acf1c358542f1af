import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFile,
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { lacks } from "../testing/parts.ts";
import { tempFolder } from "../testing/temp-folder.ts";
import { canRotateLossless, rotateLogFile } from "./rotate-log.ts";

const options = { kept: 3, compress: false, mayLose: false };
const temp = await tempFolder();
const folder = temp.path;
afterAll(temp.remove);

/** Text of the rotated files and the log, oldest first. */
async function textsOf(path: string): Promise<string[]> {
  const files: { number: number; text: string }[] = [];
  for (const name of await readdir(folder)) {
    const [, log, number, packed] = /^(\w+\.log)(?:\.(\d+)(\.gz)?)?$/.exec(name) ?? [];
    if (log === undefined || join(folder, log) !== path) continue;
    const bytes = await readFile(join(folder, name));
    files.push({ number: Number(number ?? 0), text: (packed ? gunzipSync(bytes) : bytes).toString() });
  }
  return files.sort((a, b) => b.number - a.number).map(({ text }) => text);
}

const noUsers = await lacks("other-users");

describe.skipIf(await lacks("linux", "collapsible-files"))("rotation of a log", () => {
  test("loses, repeats and splits no line, while the writer goes on", async () => {
    const path = join(folder, "busy.log");
    await writeFile(path, "");
    const source = `const { appendFileSync, openSync, writeSync } = require("node:fs");
      const file = openSync(process.argv[1], "a");
      process.on("disconnect", () => process.exit());
      let number = 0;
      const write = () => { for (let i = 0; i < 50; i++) writeSync(file, "line " + number++ + " " + "x".repeat(number % 331) + "\\n"); };
      process.on("message", () => { process.send(number); process.exit(); });
      setInterval(write, 1);`;
    const writer = spawn(process.execPath, ["-e", source, path], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    let moved = 0;
    for (let round = 0; round < 3; ) {
      if ((await stat(path)).size < 200_000) await new Promise(setImmediate);
      else {
        moved += await rotateLogFile(path, options);
        round++;
      }
    }
    const answered = once(writer, "message");
    writer.send("end");
    const [count] = await answered;
    expect(moved).toBeGreaterThan(500_000);
    const texts = await textsOf(path);
    expect(texts).toHaveLength(4);
    for (const text of texts) expect(text.endsWith("\n")).toBe(true);
    const lines = texts
      .join("")
      .replaceAll(/^ *\t\t\n/gm, "")
      .trimEnd()
      .split("\n");
    expect(lines.map((line) => Number(line.split(" ")[1]))).toEqual(Array.from({ length: count }, (_, index) => index));
  });

  test("cuts after a line where no line ends with a block, and leaves a blank line in its place", async () => {
    const path = join(folder, "long.log");
    const lines = Array.from({ length: 40 }, (_, index) => `${index + 10} ${"y".repeat(8_996)}`);
    await writeFile(path, lines.join("\n"));
    await rotateLogFile(path, options);
    const [rotated = "", live = ""] = await textsOf(path);
    expect(rotated.endsWith("y\n")).toBe(true);
    expect(live.slice(0, 9_100)).toMatch(/^ +\t\t\n\d+ y/);
    expect(rotated + live.replace(/^ *\t\t\n/, "") === lines.join("\n")).toBe(true);
  });

  test("compresses all but the newest rotated file, and deletes those beyond the number kept", async () => {
    const path = join(folder, "packed.log");
    const text = (round: number) => `round ${round}`.padEnd(4_095).concat("\n");
    await writeFile(path, text(0));
    for (let round = 1; round <= 4; round++) {
      await appendFile(path, text(round));
      await rotateLogFile(path, { ...options, kept: 2, compress: true });
    }
    expect((await readdir(folder)).filter((name) => name.startsWith("packed")).sort()).toEqual([
      "packed.log",
      "packed.log.1",
      "packed.log.2.gz",
    ]);
    expect(await textsOf(path)).toEqual([text(2), text(3), text(4)]);
  });

  test.skipIf(noUsers)(
    "keeps owner, group and mode of another user's log, and leaves what that user did not make",
    async () => {
      const home = join(folder, "home");
      await mkdir(home);
      const path = join(home, "app.log");
      const secret = join(folder, "secret");
      const text = "of the app\n".repeat(1_000);
      await writeFile(secret, text, { mode: 0o600 });
      await writeFile(path, text);
      const rotate = () => rotateLogFile(path, { kept: 3, compress: true, mayLose: false }, 4_001);
      const isRefused = async (code: string) => {
        await expect(rotate()).rejects.toMatchObject({ code });
        expect(await readFile(path, "utf8")).toBe(text);
      };
      await chown(path, 4_001, 4_002);
      await isRefused("forbidden"); // whose folder is it
      await chown(home, 4_001, 4_001);
      await chown(path, 0, 0);
      await isRefused("not_supported");
      await chown(path, 4_001, 4_002);
      await chmod(path, 0o664);
      await symlink(secret, `${path}.rotating`);
      await symlink(secret, `${path}.2`);
      await link(secret, `${path}.1`);
      expect(await rotate()).toBeGreaterThan(0);
      expect(await readFile(secret, "utf8")).toBe(text);
      const rotated = await stat(`${path}.1`);
      expect([rotated.uid, rotated.gid, rotated.mode & 0o777]).toEqual([4_001, 4_002, 0o664]);
      // Root's file is not copied for the user, and the link is not followed.
      expect((await readdir(home)).sort()).toEqual(["app.log", "app.log.1", "app.log.2", "app.log.3"]);
      expect((await lstat(`${path}.3`)).isSymbolicLink()).toBe(true);
      expect(await rotateLogFile(join(folder, "none/app.log"), options, 4_001)).toBe(0);
    },
  );

  test("leaves a short file, a missing one, and refuses a link and a file with two names", async () => {
    const path = join(folder, "short.log");
    await writeFile(path, "short\n");
    expect(await rotateLogFile(path, options)).toBe(0);
    expect(await rotateLogFile(join(folder, "none.log"), options)).toBe(0);
    await symlink(path, join(folder, "link.log"));
    await expect(rotateLogFile(join(folder, "link.log"), options)).rejects.toMatchObject({ code: "not_supported" });
    expect(await readFile(path, "utf8")).toBe("short\n");
  });
});

test.skipIf(await lacks("linux"))(
  "a file system that removes no blocks gets a copy and a truncation, only if that is allowed",
  async () => {
    const shared = await mkdtemp("/dev/shm/rotation-");
    try {
      const path = join(shared, "app.log");
      expect([await canRotateLossless(path), await canRotateLossless(join(shared, "none/app.log"))]).toEqual([
        false,
        null,
      ]);
      await writeFile(path, "x\n".repeat(5_000));
      await expect(rotateLogFile(path, options)).rejects.toMatchObject({ code: "not_supported" });
      expect(await readdir(shared)).toEqual(["app.log"]);
      expect(await rotateLogFile(path, { ...options, mayLose: true })).toBe(10_000);
      expect((await readFile(`${path}.1`)).length).toBe(10_000);
      expect((await stat(path)).size).toBe(0);
    } finally {
      await rm(shared, { recursive: true });
    }
  },
);
