import { readdirSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startChild } from "../../testing/child.ts";
import { eventually } from "../../testing/eventually.ts";
import { lacks } from "../../testing/parts.ts";
import { type TempFolder, tempFolder } from "../../testing/temp-folder.ts";
import { createWatchFolder, type FolderWatcher } from "./watcher.ts";

let temp: TempFolder;
let folder: string;
let changes: string[];
let errors: Error[];
let watchers: FolderWatcher[];

const watchFolder = createWatchFolder({ checkMs: 50 });
const handlers = {
  onChange: (type: string, name: string) => void changes.push(name === "" ? type : `${type} ${name}`),
  onError: (error: Error) => void errors.push(error),
};
const watch = async (path = folder) => {
  const watcher = await watchFolder(path, handlers);
  watchers.push(watcher);
  return watcher;
};
const reported = (change: string) => eventually(() => changes.includes(change), 5);
const write = (name: string, content = "text") => writeFile(join(folder, name), content);

beforeEach(async () => {
  temp = await tempFolder("watch");
  folder = join(temp.path, "folder");
  await mkdir(folder);
  changes = [];
  errors = [];
  watchers = [];
});
afterEach(async () => {
  await Promise.all(watchers.map((watcher) => watcher.close()));
  await temp.remove();
});

test("reports created, changed and removed files and folders by their name in the folder", async () => {
  await write("old");
  await watch();
  await write("new file");
  await reported("add new file");
  await write("new file", "another text");
  await reported("change new file");
  await unlink(join(folder, "new file"));
  await reported("unlink new file");
  await mkdir(join(folder, "sub"));
  await reported("addDir sub");
  await write("sub/deeper");
  await rm(join(folder, "sub"), { recursive: true });
  await reported("unlinkDir sub");
  await rename(join(folder, "old"), join(folder, "moved"));
  await reported("unlink old");
  await reported("add moved");
  expect(changes.some((change) => change.includes("deeper"))).toBe(false);
  expect(errors).toEqual([]);
});

test("does not follow a link to a folder elsewhere", async () => {
  const outside = join(temp.path, "outside");
  await mkdir(outside);
  await symlink(outside, join(folder, "link"));
  await watch();
  await writeFile(join(outside, "secret"), "");
  await write("marker", "");
  await reported("add marker");
  expect(changes).toEqual(["add marker"]);
});

test("refuses a path with a link, and one that is not a folder", async () => {
  await symlink(folder, join(temp.path, "link"));
  await write("file");
  await expect(watch(join(temp.path, "link"))).rejects.toThrow();
  await expect(watch(join(folder, "file"))).rejects.toThrow();
  await expect(watch(join(folder, "missing"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("reports that the folder itself was removed and created again, and continues to watch it", async () => {
  await write("inside");
  await watch();
  await rm(folder, { recursive: true });
  await reported("unlinkDir");
  await mkdir(folder);
  await eventually(() => changes.slice(-2).join() === "addDir,rescan");
  await write("again");
  await reported("add again");
});

test("watches the new folder after the old one was replaced", async () => {
  await watch();
  await rename(folder, join(temp.path, "aside"));
  await mkdir(folder);
  await reported("rescan");
  await write("in the new one");
  await reported("add in the new one");
});

test("stops telling once a link takes the folder's place", async () => {
  const outside = join(temp.path, "outside");
  await mkdir(outside);
  await watch();
  await rename(folder, join(temp.path, "aside"));
  await symlink(outside, folder);
  await reported("unlinkDir");
  changes.length = 0;
  await writeFile(join(outside, "secret"), "text");
  await unlink(folder);
  await rename(join(temp.path, "aside"), folder);
  await reported("addDir");
  expect(changes.join()).not.toContain("secret");
});

test("reports a flood as rescans: a listing read at each, with the single changes, equals the disk", async () => {
  const listing = new Set<string>();
  let rescans = 0;
  // A slow machine reads a flood too slowly to be one.
  const watcher = await createWatchFolder({ checkMs: 50, maxChanges: 20 })(folder, {
    onChange(type, name) {
      if (type === "rescan") {
        rescans++;
        listing.clear();
        for (const entry of readdirSync(folder)) listing.add(entry);
      } else if (type === "add") listing.add(name);
    },
    onError: handlers.onError,
  });
  watchers.push(watcher);
  for (let index = 0; index < 3_000; index++) writeFileSync(join(folder, `file ${index}`), "text");
  await eventually(() => listing.size === 3_000);
  expect(rescans).toBeGreaterThan(0);
  await write("after the flood");
  await eventually(() => listing.has("after the flood"));
});

test("reports a rescan for a name that is not UTF-8", async () => {
  await watch();
  await writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0x41])]), "");
  await reported("rescan");
});

test("reports nothing after it is closed, and leaves no watch", async () => {
  const before = await countWatches();
  const watcher = await watch();
  await watcher.close();
  await watcher.close();
  await write("late");
  const second = await watch();
  await write("marker", "");
  await reported("add marker");
  expect(changes).toEqual(["add marker"]);
  await second.close();
  expect(await countWatches()).toBe(before);
});

describe.skipIf(await lacks("namespaces"))("with the kernel's watches used up", () => {
  test.for([
    ["max_inotify_watches", "1", 1, "ENOSPC"],
    ["max_inotify_instances", "0", 0, "EMFILE"],
  ] as const)(
    "falls back to polling, reports why and keeps the other watches (%s)",
    async ([limit, value, firstPolled, code]) => {
      const second = join(temp.path, "second");
      await mkdir(second);
      const probe = join(import.meta.dirname, "../../testing/probes/watch-probe.ts");
      const script = 'echo "$1" > "/proc/sys/user/$0"; shift; exec "$@"';
      const command = [process.execPath, probe, folder, second];
      const child = await startChild("unshare", ["-Ur", "sh", "-c", script, limit, value, ...command]);
      try {
        await child.prints("1 watching");
        for (const [index, path] of [folder, second].entries()) {
          await writeFile(join(path, "file"), "text");
          await child.prints(`${index} add file`);
          await unlink(join(path, "file"));
          await child.prints(`${index} unlink file`);
          expect(child.output().includes(`${index} error ${code}`)).toBe(index >= firstPolled);
        }
        expect(child.exitCode()).toBeNull();
      } finally {
        await child.stop();
      }
    },
  );
});

/** Returns the kernel watches of this process; 0 if not known. */
async function countWatches(): Promise<number> {
  if (process.platform !== "linux") return 0;
  let watches = 0;
  for (const descriptor of await readdir("/proc/self/fdinfo")) {
    const facts = await readFile(`/proc/self/fdinfo/${descriptor}`, "utf8").catch(() => "");
    watches += facts.match(/^inotify wd/gm)?.length ?? 0;
  }
  return watches;
}
