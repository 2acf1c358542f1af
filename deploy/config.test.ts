import { execFile, execFileSync } from "node:child_process";
import { chmod, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lacks } from "../shared/testing/parts.ts";
import { type TempFolder, tempFolder } from "../shared/testing/temp-folder.ts";

const before = "# Settings\nPUBLIC_ORIGIN=https://a.example # first\nexport LOG_LEVEL='info'\nEMIT_TOKEN=\n";
let folder: TempFolder;
let file: string;
beforeEach(async () => {
  folder = await tempFolder("config");
  file = join(folder.path, "env");
  await writeFile(file, before, { mode: 0o640 });
});
afterEach(() => folder.remove());

interface Outcome {
  code: number;
  output: string;
}

const config = (args: string[], input = ""): Promise<Outcome> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, AI_DESKTOP_ENV: file };
    const child = execFile(
      process.execPath,
      [join(import.meta.dirname, "config.ts"), ...args],
      { env },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
    child.stdin?.end(input);
  });

test("changes one line, keeps the others, and keeps mode and link of the file", async () => {
  const link = join(folder.path, "link");
  await symlink(file, link);
  file = link;
  await chmod(link, 0o640);
  expect(await config(["set", "LOG_LEVEL", "debug"])).toMatchObject({ code: 0 });
  expect(await config(["set", "FILE_MANAGER_ROOT", "/srv/it's #1 $HOME"])).toMatchObject({ code: 0 });
  expect(await readFile(link, "utf8")).toBe(
    `# Settings\nPUBLIC_ORIGIN=https://a.example # first\nLOG_LEVEL=debug\nEMIT_TOKEN=\nFILE_MANAGER_ROOT="/srv/it's #1 $HOME"\n`,
  );
  expect((await config(["get", "FILE_MANAGER_ROOT"])).output).toBe("/srv/it's #1 $HOME\n");
  expect(await config(["unset", "PUBLIC_ORIGIN"])).toMatchObject({ code: 0 });
  expect((await config(["list"])).output).not.toContain("PUBLIC_ORIGIN");
  expect((await stat(file)).mode & 0o777).toBe(0o640);
  expect((await readdir(folder.path)).sort()).toEqual(["env", "link"]);
});

test.skipIf(await lacks("namespaces"))(
  "leaves the file as it was when the disk has room for a part of it only",
  async () => {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path]);
    try {
      const long = `${"# a comment, which makes the file longer\n".repeat(300)}LOG_LEVEL=info\n`;
      await writeFile(file, long);
      await writeFile(join(folder.path, "others"), Buffer.alloc(40 * 1024));
      expect(await config(["set", "LOG_LEVEL", "warn"])).toEqual({
        code: 1,
        output: expect.stringMatching(/^\S+ cannot be written and stays as it was: ENOSPC[^\n]*\n$/),
      });
      expect(await readFile(file, "utf8")).toBe(long);
      expect((await readdir(folder.path)).sort()).toEqual(["env", "others"]);
    } finally {
      execFileSync("umount", [folder.path]);
    }
  },
);

test("takes a secret from standard input and never prints it", async () => {
  const secret = "s".repeat(40);
  const { code, output } = await config(["set", "EMIT_TOKEN", "-"], `${secret}\n`);
  expect([code, output.includes(secret)]).toEqual([0, false]);
  expect((await config(["list"])).output).toContain("EMIT_TOKEN=(set)");
  expect(await readFile(file, "utf8")).toContain(`EMIT_TOKEN=${secret}`);
  expect(await config(["set", "EMIT_TOKEN", "-"], "short")).toMatchObject({ code: 1 });
});

test.for([
  [["set", "LOG_LEVEL", "loud"], "LOG_LEVEL"],
  [["set", "PUBLIC_ORIGIN", "*"], "PUBLIC_ORIGIN"],
  [["set", "STATS_INTERVAL", "301"], "STATS_INTERVAL"],
  [["set", "WEB_PORT", "3006"], "same port"],
  [["set", "WEB_PORT", "web"], "PORT"],
  [["set", "FILE_MANAGER_ROOT", "srv"], "absolute"],
  [["set", "FILE_MANAGER_ROOT", "/srv\nDATA_DIR=/"], "line breaks"],
  [["set", "FILE_MANAGER_ROOT", "/a'b\"c"], "quotes"],
  [["set", "NODE_OPTIONS", "--inspect"], "no setting NODE_OPTIONS"],
  [["set", "LOG_LEVEL"], "Usage"],
  [["get", "LOG_LEVEL", "x"], "Usage"],
  [[], "Usage"],
] as const)("refuses %j and changes nothing", async ([args, text]) => {
  const { code, output } = await config([...args]);
  expect([code, output]).toEqual([1, expect.stringContaining(text)]);
  expect(output).not.toContain("    at "); // no stack
  expect(await readFile(file, "utf8")).toBe(before);
});
