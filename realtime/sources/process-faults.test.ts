import { execFile } from "node:child_process";
import { readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../shared/testing/eventually.ts";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";
import { nextEvent, readLogs, startRealtime, type TestRealtime } from "../testing.ts";
import { usePm2 } from "./testing.ts";

const run = promisify(execFile);
const idle = "setInterval(() => {}, 1000);";
const refOf = (pm2Name: string) => ({ deploymentId: pm2Name, pm2Name });

describe("beside PM2's daemon", () => {
  const suite = usePm2((pm2) =>
    pm2.start({ name: "counter", source: "let i = 0; setInterval(() => console.log(i++), 20);" }),
  );

  const follow = async (pm2Name: string, options: object = {}) => {
    const socket = suite.realtime.connect("deployments");
    const reader = readLogs(socket);
    const errors: { code: string }[] = [];
    socket.on("error", (error) => errors.push(error));
    const answer = await socket.emitWithAck("subscribe:logs", { ...refOf(pm2Name), tail: 10, ...options });
    expect(answer).toMatchObject({ success: true });
    return { socket, reader, errors };
  };
  const logOf = (name: string) => join(suite.pm2.home, "logs", `${name}-out.log`);
  const changesOf = (socket: ReturnType<TestRealtime["connect"]>) => {
    const changes: { action: string; pm2Name?: string }[] = [];
    socket.on("deployments:changed", (change) => changes.push(change));
    return changes;
  };

  test("sends a line of 300 KB completely, and 60,000 characters of four bytes exactly as in the log", async () => {
    const source = "console.log('a'.repeat(300_000)); console.log('\\u{1F600}'.repeat(60_000)); console.log('end');";
    await suite.pm2.start({ name: "wide", source: `${source} ${idle}` });
    const { reader } = await follow("wide");
    await eventually(() => expect(reader.lines.at(-1)).toBe("end"));
    const [letters, faces, end] = reader.lines.slice(-3);
    expect(letters).toBe("a".repeat(300_000));
    // PM2 breaks characters at the edges of its chunks before it writes them; no others are broken.
    const written = (await readFile(logOf("wide"), "utf8")).split("\n");
    expect([letters, faces, end]).toEqual(written.slice(0, 3));
  });

  test("reports at once why a log cannot be read: a pipe, a link to another file; and waits for a missing file", async () => {
    await suite.pm2.start({ name: "odd", source: idle });
    const path = logOf("odd");
    const secret = join(suite.realtime.fileRoot, "secret");
    await writeFile(secret, "not for viewers\n");
    await rename(path, `${path}.kept`);
    await run("mkfifo", [path]);
    const piped = await follow("odd");
    await eventually(() => expect(piped.errors).toEqual([expect.objectContaining({ code: "not_supported" })]));
    await suite.realtime.disconnectAll();

    await rm(path);
    await symlink(secret, path);
    const linked = await follow("odd");
    await eventually(() => expect(linked.errors).toEqual([expect.objectContaining({ code: "not_supported" })]));
    expect(linked.reader.lines).toEqual([]);
    await suite.realtime.disconnectAll();

    await rm(path);
    const missing = await follow("odd");
    await writeFile(path, "here it is\n");
    await eventually(() => expect(missing.reader.lines).toEqual(["here it is"]));
    expect(missing.errors).toEqual([]);
  });

  test("reports that another client deleted a stopped process", async () => {
    await suite.pm2.start({ name: "fading", source: idle });
    await suite.pm2.command("stop", "fading");
    const socket = suite.realtime.connect("deployments");
    const changes = changesOf(socket);
    await nextEvent(socket, "connect");
    await suite.pm2.command("delete", "fading");
    await eventually(() =>
      expect(changes).toContainEqual(expect.objectContaining({ pm2Name: "fading", action: "delete" })),
    );
  });

  test("is reported as down after a kill, and a new one is found", async () => {
    const { socket, reader } = await follow("counter");
    const changes = changesOf(socket);
    await eventually(() => expect(reader.lines.length).toBeGreaterThan(20));
    await suite.pm2.killDaemon();
    await eventually(() => expect(changes.at(-1)).toMatchObject({ action: "daemon:down" }));
    await eventually(() => expect(reader.closed.at(-1)).toMatchObject({ code: "unavailable" }));
    const answer = await socket.emitWithAck("subscribe:logs", refOf("other"));
    expect(answer).toMatchObject({ success: false, code: "upstream_unavailable" });

    await suite.pm2.command("ping"); // starts a daemon
    await eventually(() => expect(changes).toContainEqual(expect.objectContaining({ action: "daemon:up" })));
    const seen = reader.lines.length;
    await suite.pm2.start({ name: "counter", source: "let i = 0; setInterval(() => console.log('again', i++), 20);" });
    await eventually(() => expect(reader.lines.length).toBeGreaterThan(seen + 20));
    expect(reader.states).toContain("restarted");
    // The old process may have lived for another moment; both counters increase by one, and nothing is reported twice.
    const counted = (prefix: string) => {
      const own = reader.lines
        .filter((line) => line.startsWith("again") === (prefix !== ""))
        .map((line) => Number(line.slice(prefix.length)));
      expect(own).toEqual(own.map((_, index) => (own[0] ?? 0) + index));
    };
    counted("");
    counted("again ");
    expect(reader.gaps).toEqual([]);
  });
});

describe("without a daemon of PM2", () => {
  let home: TempFolder;
  let realtime: TestRealtime;
  beforeAll(async () => {
    home = await tempFolder("pm2");
    realtime = await startRealtime({ pm2Home: home.path });
  });
  afterAll(async () => {
    await realtime.stop();
    await home.remove();
  });

  test("viewers get a response, and no daemon is started for them", async () => {
    const viewers = Array.from({ length: 5 }, () => realtime.connect("deployments"));
    for (const viewer of viewers) {
      const answer = await viewer.emitWithAck("subscribe:logs", refOf("app"));
      expect(answer).toMatchObject({ success: false, code: "upstream_unavailable" });
    }
    const system = realtime.connect("system");
    const stats = nextEvent(system, "stats");
    await system.emitWithAck("subscribe:stats", {});
    expect(await stats).toMatchObject({ pm2Processes: null });
    expect(await readdir(home.path)).toEqual([]); // a daemon leaves sockets, a pid and a log here
    const { stdout } = await run("ps", ["-eo", "args"]);
    expect(stdout).not.toContain(home.path);
  });
});
