import { appendFile, copyFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "../../shared/testing/eventually.ts";
import { nextEvent, readLogs } from "../testing.ts";
import { usePm2 } from "./testing.ts";

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
const write = (from: number, to: number) =>
  numbers(from, to)
    .map((line) => `${line}\n`)
    .join("");
/** A script that writes the content of its file `feed` to stdout, so that the test decides when. */
const idle = "setInterval(() => {}, 1000);";

describe("the logs of a PM2 name", () => {
  const suite = usePm2((pm2) => pm2.start({ name: "idle app", source: idle }));
  afterEach(async () => {
    await suite.realtime.disconnectAll();
    await writeFile(log().replace("-out", "-error"), ""); // lines of two files arrive in any order
  });

  const follow = async (pm2Name: string, options: object = {}) => {
    const socket = suite.realtime.connect("deployments");
    const reader = readLogs(socket);
    const answer = await socket.emitWithAck("subscribe:logs", { deploymentId: pm2Name, pm2Name, ...options });
    expect(answer).toEqual({ success: true, deploymentId: pm2Name, pm2Name });
    return { socket, reader };
  };
  const outFile = join("logs", "idle-app-out.log");
  const log = () => join(suite.pm2.home, outFile);

  test("start with the last lines and continue with new ones, and separate stdout from stderr", async () => {
    await writeFile(log(), write(1, 150));
    const { socket, reader } = await follow("idle app", { tail: 10 });
    const types: (string | undefined)[] = [];
    socket.on("logs", ({ type }) => types.push(type));
    await eventually(() => expect(reader.lines).toEqual(numbers(141, 150)));
    await appendFile(log(), write(151, 160));
    await eventually(() => expect(reader.lines).toEqual(numbers(141, 160)));
    await appendFile(log().replace("-out", "-error"), "oops\n");
    await eventually(() => expect(reader.lines.at(-1)).toBe("oops"));
    expect(types.at(-1)).toBe("error");
  });

  test("continue right after a cursor", async () => {
    await writeFile(log(), write(1, 50));
    const first = await follow("idle app", { tail: 1000 });
    await eventually(() => expect(first.reader.lines).toEqual(numbers(1, 50)));
    await suite.realtime.disconnectAll();
    await appendFile(log(), write(51, 80));
    const second = await follow("idle app", { since: first.reader.cursor });
    await eventually(() => expect(second.reader.lines).toEqual(numbers(51, 80)));
    expect(second.reader.gaps).toEqual([]);
  });

  test("continue in the new file after a rotation by rename, and lose nothing", async () => {
    await writeFile(log(), write(1, 10));
    const { reader } = await follow("idle app", { tail: 10 });
    await eventually(() => expect(reader.lines).toContain("line 10"));
    await appendFile(log(), write(11, 20));
    await rename(log(), log().replace(".log", "__2026-01-01.log"));
    await appendFile(log().replace(".log", "__2026-01-01.log"), write(21, 30));
    await writeFile(log(), write(31, 40));
    await eventually(() => expect(reader.lines.slice(-30)).toEqual(numbers(11, 40)));
    expect(reader.gaps).toEqual([]);
  });

  test("find a cursor's place in a file that was renamed while nobody read", async () => {
    await writeFile(log(), write(1, 10));
    const first = await follow("idle app", { tail: 10 });
    await eventually(() => expect(first.reader.lines).toContain("line 10"));
    await suite.realtime.disconnectAll();
    await appendFile(log(), write(11, 20));
    await rename(log(), log().replace(".log", "__2026-01-02.log"));
    await writeFile(log(), write(21, 30));
    const second = await follow("idle app", { since: first.reader.cursor });
    await eventually(() => expect(second.reader.lines).toEqual(numbers(11, 30)));
    expect(second.reader.gaps).toEqual([]);
  });

  test("start over in a file that was copied and truncated, without duplicates", async () => {
    await writeFile(log(), `generation A\n${write(1, 10)}`);
    const { reader } = await follow("idle app", { tail: 10 });
    await eventually(() => expect(reader.lines).toContain("line 10"));
    await copyFile(log(), log().replace(".log", "__2026-01-03.log"));
    await truncate(log());
    await appendFile(log(), `generation B\n${write(11, 20)}`);
    await eventually(() => expect(reader.lines.slice(-11)).toEqual(["generation B", ...numbers(11, 20)]));
    expect(reader.lines.filter((line) => line === "line 10")).toHaveLength(1);
  });

  test("announce a gap if a file was emptied and its content is lost", async () => {
    await writeFile(log(), `only here\n${write(1, 10)}`);
    const { reader } = await follow("idle app", { tail: 10 });
    await eventually(() => expect(reader.lines).toContain("line 10"));
    await truncate(log());
    await appendFile(log(), "after\n");
    await eventually(() => expect(reader.lines.at(-1)).toBe("after"));
    expect(reader.gaps).toEqual([expect.objectContaining({ reason: "truncated" })]);
  });

  test("detect a truncation without a reader, even if the file has grown past the cursor with the same first line", async () => {
    const rotated = log().replace(".log", "__2026-01-04.log");
    for (const isKept of [true, false]) {
      await writeFile(log(), `listening\n${write(1, 10)}`);
      const first = await follow("idle app", { tail: 20 });
      await eventually(() => expect(first.reader.lines).toContain("line 10"));
      await suite.realtime.disconnectAll();
      await appendFile(log(), write(11, 12));
      if (isKept) await copyFile(log(), rotated);
      await truncate(log());
      await appendFile(log(), `listening\n${write(21, 60)}`);
      const second = await follow("idle app", { since: first.reader.cursor });
      const fresh = ["listening", ...numbers(21, 60)];
      // Its standard error is another file.
      const read = () => second.reader.lines.filter((line) => line !== "oops");
      await eventually(() => expect(read()).toEqual(isKept ? [...numbers(11, 12), ...fresh] : fresh));
      const gaps = second.reader.gaps.map(({ reason }) => reason);
      expect(gaps).toEqual(isKept ? [] : ["rotated"]);
      await suite.realtime.disconnectAll();
      await rm(rotated, { force: true });
    }
  });

  test("of several instances of one name include all their files", async () => {
    await suite.pm2.start({
      name: "twins",
      instances: 2,
      source: "console.log('I am', process.env.NODE_APP_INSTANCE); setInterval(() => {}, 1000);",
    });
    const { reader } = await follow("twins", { tail: 10 });
    await eventually(() => expect(reader.lines.toSorted()).toEqual(["I am 0", "I am 1"]));
  });

  test("of one name in two namespaces are two logs: the id selects one, and the name alone means the default namespace", async () => {
    await suite.pm2.start({
      name: "pair",
      namespaces: ["default", "shop"],
      source: "console.log('in', process.env.namespace); setInterval(() => {}, 1000);",
      fields: { merge_logs: false },
    });
    const read = async (deploymentId: string) => {
      const socket = suite.realtime.connect("deployments");
      const reader = readLogs(socket);
      const ref = { deploymentId, pm2Name: "pair" };
      expect(await socket.emitWithAck("subscribe:logs", { ...ref, tail: 10 })).toEqual({ success: true, ...ref });
      await eventually(() => expect(reader.lines).toHaveLength(1));
      return reader.lines[0];
    };
    expect(await read("shop/pair")).toBe("in shop");
    expect(await read("pair")).toBe("in default");
    expect(await read("a word of the client's own")).toBe("in default");
    const socket = suite.realtime.connect("deployments");
    const absent = { deploymentId: "other/pair", pm2Name: "pair" };
    expect(await socket.emitWithAck("subscribe:logs", absent)).toMatchObject({ success: false, code: "not_found" });
    await suite.pm2.command("delete", "pair");
  });

  test("announce that the process stopped, and continue when it is started again", async () => {
    await suite.pm2.start({ name: "stopper", source: "console.log('started'); setInterval(() => {}, 1000);" });
    const { reader } = await follow("stopper", { tail: 10 });
    await eventually(() => expect(reader.lines).toEqual(["started"]));
    await suite.pm2.command("stop", "stopper");
    await eventually(() => expect(reader.closed).toEqual([expect.objectContaining({ code: "exited" })]));
    await suite.pm2.command("restart", "stopper");
    await eventually(() => expect(reader.lines).toEqual(["started", "started"]));
    expect(reader.states).toContain("restarted");
    await suite.pm2.command("delete", "stopper");
    // One end only, not one of the run and another of the subscription.
    await eventually(() => expect(reader.closed.map(({ code }) => code)).toEqual(["exited", "removed"]));
  });

  test("of a name that is on no list are refused, even when it means something to PM2's command line", async () => {
    const socket = suite.realtime.connect("deployments");
    for (const pm2Name of ["all", "0", "/(a+)+$/", "--lines", "idle"]) {
      const error = nextEvent(socket, "error");
      const answer = await socket.emitWithAck("subscribe:logs", { deploymentId: "x", pm2Name });
      expect(answer).toMatchObject({ success: false, code: "not_found" });
      expect(await error).toMatchObject({ pm2Name, code: "not_found" });
    }
  });

  test("announce process events to the whole namespace", async () => {
    const socket = suite.realtime.connect("deployments");
    await nextEvent(socket, "connect");
    const changed = nextEvent(socket, "deployments:changed");
    await suite.pm2.command("restart", "idle app");
    expect(await changed).toMatchObject({ pm2Name: "idle app" });
  });
});
