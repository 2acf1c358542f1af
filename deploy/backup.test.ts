import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import type { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "../api/database/database.ts";
import { freePort } from "../shared/testing/free-port.ts";
import { lacks } from "../shared/testing/parts.ts";
import { type TempFolder, tempFolder } from "../shared/testing/temp-folder.ts";

const run = promisify(execFile);

const noNamespaces = await lacks("namespaces");

describe.skipIf(await lacks("bash"))("backup and restore", () => {
  let folder: TempFolder;
  let dataDir: string;
  let database: DatabaseSync;
  let apiPort: number;

  beforeEach(async () => {
    folder = await tempFolder("backup");
    dataDir = join(folder.path, "data");
    database = openDatabase(dataDir);
    database.exec("CREATE TABLE marker (text TEXT); INSERT INTO marker VALUES ('before')");
    await writeFile(join(dataDir, "emit-token"), "a-secret-of-32-characters-or-more\n", { mode: 0o600 });
    await mkdir(join(dataDir, "logs"), { mode: 0o700 });
    await writeFile(join(dataDir, "logs/audit.log"), "line\n", { mode: 0o600 });
    apiPort = await freePort();
  });
  afterEach(async () => {
    if (database.isOpen) database.close();
    await folder.remove();
  });

  const script = (name: string, args: string[], env: Record<string, string> = {}) =>
    run(join(import.meta.dirname, name), args, {
      cwd: folder.path,
      env: { PATH: process.env.PATH, HOME: folder.path, DATA_DIR: dataDir, API_PORT: String(apiPort), ...env },
    });
  const marker = (from: DatabaseSync) => from.prepare("SELECT text FROM marker").get()?.text;

  test("includes the files of stacks without the data of their containers, and does not change existing stacks", async () => {
    const stack = join(dataDir, "stacks/shop");
    await mkdir(join(stack, "data"), { recursive: true, mode: 0o700 });
    await writeFile(join(stack, "compose.yaml"), "before\n");
    await writeFile(join(stack, "data/rows"), "of a database\n");
    await script("backup.sh", ["state.tar.gz"]);
    const { stdout } = await run("tar", ["-tzf", join(folder.path, "state.tar.gz")]);
    expect(stdout.split("\n").filter((name) => name.includes("stacks"))).toEqual([
      "state/stacks/",
      "state/stacks/shop/",
      "state/stacks/shop/compose.yaml",
    ]);
    database.close();
    await writeFile(join(stack, "compose.yaml"), "after\n");
    await script("restore.sh", ["state.tar.gz"]);
    expect(await readFile(join(stack, "compose.yaml"), "utf8")).toBe("after\n");
    expect(await readFile(join(stack, "data/rows"), "utf8")).toBe("of a database\n");
  });

  test("restores a state that was backed up while the server was running", async () => {
    // An existing file with open permissions must not be used as the draft.
    await writeFile(join(folder.path, "state.tar.gz.part"), "");
    await chmod(join(folder.path, "state.tar.gz.part"), 0o666);
    await script("backup.sh", ["state.tar.gz"]);
    expect((await stat(join(folder.path, "state.tar.gz"))).mode & 0o777).toBe(0o600);
    expect((await readdir(folder.path)).filter((name) => name.startsWith(".ai-desktop-backup"))).toEqual([]);
    database.exec("UPDATE marker SET text = 'after'");
    database.close();
    await writeFile(join(dataDir, "logs/audit.log"), "line\nanother\n");
    const { stdout } = await script("restore.sh", ["state.tar.gz"]);

    database = openDatabase(dataDir);
    expect(marker(database)).toBe("before");
    expect(await readFile(join(dataDir, "logs/audit.log"), "utf8")).toBe("line\n");
    expect((await stat(join(dataDir, "emit-token"))).mode & 0o777).toBe(0o600);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    const kept = /The previous state is in (.+)/.exec(stdout)?.[1] ?? "";
    expect(await readFile(join(kept, "logs/audit.log"), "utf8")).toBe("line\nanother\n");
  });

  test("excludes the log history from the archive, and keeps it in a restore", async () => {
    await mkdir(join(dataDir, "log-store"), { mode: 0o700 });
    await writeFile(join(dataDir, "log-store/00000001.db"), "lines", { mode: 0o600 });
    await mkdir(join(dataDir, "mcp-programs/one"), { recursive: true, mode: 0o700 });
    await script("backup.sh", ["state.tar.gz"]);
    const { stdout } = await run("tar", ["-tzf", join(folder.path, "state.tar.gz")]);
    expect(stdout).toContain("state/state.db");
    expect(stdout).not.toContain("log-store");
    expect(stdout).not.toContain("mcp-programs");
    database.close();
    await script("restore.sh", ["state.tar.gz"]);
    expect(await readFile(join(dataDir, "log-store/00000001.db"), "utf8")).toBe("lines");
    database = openDatabase(dataDir);
  });

  test.skipIf(noNamespaces)("changes nothing where a part of the state is a mount point", async () => {
    for (const name of ["log-store", "stacks"]) await mkdir(join(dataDir, name), { mode: 0o700 });
    await writeFile(join(dataDir, "stacks/only-copy"), "");
    await script("backup.sh", ["state.tar.gz"]);
    database.exec("UPDATE marker SET text = 'after'");
    database.close();
    const inMount = 'mount --bind "$1" "$1" && exec "$2" state.tar.gz';
    const restore = join(import.meta.dirname, "restore.sh");
    for (const place of [dataDir, join(dataDir, "log-store"), join(dataDir, "stacks")]) {
      const refused = run("unshare", ["-m", "sh", "-c", inMount, "sh", place, restore], {
        cwd: folder.path,
        env: { PATH: process.env.PATH, DATA_DIR: dataDir, API_PORT: String(apiPort) },
      });
      await expect(refused).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(`${place} is a mount`) });
    }
    expect((await readdir(folder.path)).sort()).toEqual(["data", "state.tar.gz"]);
    expect(await readdir(join(dataDir, "stacks"))).toEqual(["only-copy"]);
    database = openDatabase(dataDir);
    expect(marker(database)).toBe("after");
  });

  test("ends the sessions in the archive", async () => {
    database.exec("PRAGMA foreign_keys = OFF");
    const columns = database
      .prepare("SELECT name, type, \"notnull\" AS needed FROM pragma_table_info('session')")
      .all();
    const needed = columns.filter((column) => column.needed === 1);
    const values = needed.map((column) => (column.type === "TEXT" ? "'x'" : column.type === "BLOB" ? "x'00'" : "1"));
    database.exec(`INSERT INTO session (${needed.map((column) => column.name).join()}) VALUES (${values.join()})`);
    await script("backup.sh", ["state.tar.gz"]);
    database.close();
    await script("restore.sh", ["state.tar.gz"]);
    database = openDatabase(dataDir);
    expect(database.prepare("SELECT count(*) AS count FROM session").get()?.count).toBe(0);
  });

  test("changes nothing for an archive of a newer release, and says so", async () => {
    database.exec("INSERT INTO migration VALUES (999, 'not-yet', '2030-01-01T00:00:00.000Z')");
    await script("backup.sh", ["state.tar.gz"]);
    database.exec("DELETE FROM migration WHERE number = 999");
    await expect(script("restore.sh", ["state.tar.gz"])).rejects.toMatchObject({
      stderr: expect.stringContaining('A newer release made it (its database has "not-yet"): upgrade first'),
    });
    expect((await readdir(folder.path)).filter((name) => name.startsWith("data"))).toEqual(["data"]);
  });

  test.each<[string, RequestListener, string?]>([
    ["is running", (_request, response) => void response.end("{}")],
    ["is running at an address of its own", (_request, response) => void response.end("{}"), "127.0.0.2"],
    ["starts or fails", (_request, response) => void response.writeHead(503).end()],
    ["takes the connection and does not answer yet", () => {}],
  ])("restores nothing while the API %s", async (_what, answer, host = "127.0.0.1") => {
    await script("backup.sh", ["state.tar.gz"]);
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(apiPort, host, resolve));
    try {
      await expect(script("restore.sh", ["state.tar.gz"], { HOST: host })).rejects.toMatchObject({
        stderr: "Error: Stop the panel first.\n",
      });
      expect((await readdir(folder.path)).filter((name) => name.startsWith("data"))).toEqual(["data"]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test.each([
    ["leads out of its folder", ["-P", "state/../outside"]],
    ["holds a link", ["state"]],
    ["holds something else", ["outside"]],
  ])("changes nothing for an archive that %s", async (_what, members) => {
    const work = join(folder.path, "work");
    await mkdir(join(work, "state"), { recursive: true });
    await writeFile(join(work, "outside"), "");
    await symlink("/etc", join(work, "state/link"));
    await run("tar", ["-C", work, "-czf", join(folder.path, "bad.tar.gz"), ...members]);
    await expect(script("restore.sh", ["bad.tar.gz"])).rejects.toMatchObject({
      stderr: "Error: This is no archive made by backup.sh.\n",
    });
    expect(marker(database)).toBe("before");
  });

  test("changes nothing for an archive with a link before thousands of files", async () => {
    const work = join(folder.path, "work");
    await mkdir(join(work, "state"), { recursive: true });
    await symlink("/etc", join(work, "state/a-link"));
    await run("bash", ["--norc", "-c", "touch state/name-{1..3000}"], { cwd: work });
    await run("bash", ["--norc", "-c", `tar -czf '${folder.path}/bad.tar.gz' state/a-link state/name-*`], {
      cwd: work,
    });
    await expect(script("restore.sh", ["bad.tar.gz"])).rejects.toMatchObject({
      stderr: "Error: This is no archive made by backup.sh.\n",
    });
    expect(marker(database)).toBe("before");
  });

  test("changes nothing for a file that is not an archive", async () => {
    await writeFile(join(folder.path, "bad.tar.gz"), "no archive");
    await expect(script("restore.sh", ["bad.tar.gz"])).rejects.toMatchObject({
      stderr: expect.stringContaining("Error: This is no archive"),
    });
    expect(marker(database)).toBe("before");
  });

  test("sends the signed archive to an S3 address, with the key on no command line", async () => {
    const received: { url: string | undefined; authorization: string | undefined; bytes: number }[] = [];
    const server = createServer((request, response) => {
      let bytes = 0;
      request.on("data", (part: Buffer) => {
        bytes += part.length;
      });
      request.on("end", () => {
        received.push({ url: request.url, authorization: request.headers.authorization, bytes });
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      await script("backup.sh", ["s3://bucket/daily/state.tar.gz"], {
        AWS_ACCESS_KEY_ID: "key-id",
        AWS_SECRET_ACCESS_KEY: "key-secret",
        AWS_REGION: "eu-central-1",
        S3_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
    expect(received).toHaveLength(1);
    expect(received[0]?.url).toBe("/bucket/daily/state.tar.gz");
    expect(received[0]?.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=key-id\/\d{8}\/eu-central-1\/s3\//);
    expect(received[0]?.bytes).toBeGreaterThan(500);
  });
});
