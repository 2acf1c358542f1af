import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { InterruptedSave } from "../../shared/protocol/file.ts";
import { freePort } from "../../shared/testing/free-port.ts";
import { startService } from "../../shared/testing/service-process.ts";
import { signIn } from "../../shared/testing/signed-in.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { asSoonAs } from "../testing/as-soon-as.ts";

/** One that every API accepts. */
const ORIGIN = "http://127.0.0.1:3005";
const SIZE = 128 * 1024 * 1024;
const sha = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function firstByte(path: string): Promise<number> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 0);
    return buffer[0] ?? -1;
  } finally {
    await file.close();
  }
}

test("a server killed while it writes over a file offers both versions when it is back, and the file gets the one chosen", async () => {
  const folder = await tempFolder("killed");
  const root = join(folder.path, "root");
  const dataDir = join(folder.path, "data");
  const saves = join(dataDir, "saves");
  const target = join(root, "disk.img");
  await mkdir(root);
  await mkdir(saves, { recursive: true, mode: 0o700 });
  const before = Buffer.alloc(SIZE, 65);
  await writeFile(target, before);
  const { ino } = await stat(target);
  const port = await freePort();
  const options = { port, env: { DATA_DIR: dataDir, FILE_MANAGER_ROOT: root, PM2_HOME: join(folder.path, "pm2") } };
  const first = await startService("api", options);
  const admin = await signIn({ apiUrl: first.url, dataDir, origin: ORIGIN });
  try {
    const upload = fetch(`${first.url}/api/files/upload?path=/disk.img`, {
      method: "PUT",
      headers: { Cookie: admin.cookie, Origin: admin.origin, "Content-Type": "application/octet-stream" },
      body: new Uint8Array(SIZE).fill(66),
    }).then(
      ({ status }) => status,
      () => "cut",
    );
    // The first byte of the file is new: the rest is being written.
    await asSoonAs(async () => (await firstByte(target)) === 66);
    first.signal("SIGKILL");
    expect(await upload).toBe("cut");
    expect((await readdir(saves)).length).toBe(3);
    for (const name of await readdir(saves)) expect((await stat(join(saves, name))).mode & 0o777).toBe(0o600);
  } finally {
    await first.stop();
  }
  const second = await startService("api", options);
  try {
    const { ask } = admin; // the session outlives the server
    const { saves: found } = await ask<{ saves: InterruptedSave[] }>("GET", "/api/files/saves");
    expect(found).toMatchObject([{ path: "/disk.img", state: "mixed", sizeBefore: SIZE, sizeAfter: SIZE }]);
    await ask("POST", `/api/files/saves/${found[0]?.id}`, { version: "before" });
    expect(sha(await readFile(target))).toBe(sha(before));
    expect((await stat(target)).ino).toBe(ino);
    expect(await ask("GET", "/api/files/saves")).toMatchObject({ saves: [] });
    expect(await readdir(saves)).toEqual([]);
  } finally {
    await second.stop();
    await folder.remove();
  }
});
