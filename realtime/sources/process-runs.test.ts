import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { StreamClosed, StreamState } from "../../shared/protocol/events/services.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { readLogs, type TestRealtime } from "../testing.ts";
import { usePm2 } from "./testing.ts";

/** Everything that a viewer receives, in order: lines unchanged, ends and starts in angle brackets. */
function readStory(socket: ReturnType<TestRealtime["connect"]>) {
  const story: string[] = [];
  socket.on("logs", ({ data }: { data: string }) => story.push(...data.split("\n").slice(0, -1)));
  socket.on("stream:closed", ({ code, exitCode, unknownEnds }: StreamClosed) =>
    story.push(`<${code} ${exitCode ?? `unknown ${unknownEnds ?? 0}`}>`),
  );
  socket.on("stream:state", ({ state }: StreamState) => story.push(`<${state}>`));
  return story;
}

describe("the runs of a PM2 app", () => {
  const suite = usePm2();

  const follow = async (deploymentId: string, options: object = {}) => {
    const socket = suite.realtime.connect("deployments");
    const reader = readLogs(socket);
    const story = readStory(socket);
    const errors: string[] = [];
    socket.on("error", ({ message }: { message: string }) => errors.push(message));
    const ref = { deploymentId, pm2Name: deploymentId.split("/").at(-1) ?? "" };
    expect(await socket.emitWithAck("subscribe:logs", { ...ref, tail: 10, ...options })).toMatchObject({
      success: true,
    });
    return { socket, reader, story, errors };
  };
  /** A script that waits for its cue, so that a viewer can join first. */
  const onCue = (name: string, body: string) => `
    import { existsSync } from "node:fs";
    const timer = setInterval(() => { if (existsSync(${JSON.stringify(join(suite.pm2.home, name))})) go(); }, 5);
    function go() { clearInterval(timer); ${body} }`;
  const cue = (name: string) => writeFile(join(suite.pm2.home, name), "");

  test("are each delivered once with their exit code: 50 crashes in a row", async () => {
    await suite.pm2.start({
      name: "crasher",
      source: `console.log("words"); ${onCue("cue-1", "process.exit(3);")}`,
      maxRestarts: 50,
    });
    const { story, reader } = await follow("crasher");
    await eventually(() => expect(reader.lines).toEqual(["words"]));
    await cue("cue-1");
    let restarts = 0;
    await eventually(async () => {
      const [app] = JSON.parse(await suite.pm2.command("jlist", "--silent"));
      expect(app.pm2_env.status).toBe("errored");
      restarts = app.pm2_env.restart_time;
    });
    expect(restarts).toBeGreaterThan(45);
    const countOf = (wanted: string) => story.filter((entry) => entry === wanted).length;
    // Ends that the bus does not send in time are delivered as a count with unknown exit codes.
    const unknown = () =>
      story.reduce((sum, entry) => sum + Number(/^<exited unknown (\d+)>$/.exec(entry)?.[1] ?? 0), 0);
    const summary = () => `${[...new Set(story)].join(" ")}, at last ${story.slice(-6).join(" ")}`;
    await eventually(() => expect(countOf("<exited 3>") + unknown(), summary()).toBe(restarts + 1));
    expect(countOf("words")).toBe(restarts + 1);
    expect(countOf("<exited 3>")).toBeGreaterThan(restarts / 2);
    if (unknown() === 0) expect(countOf("<restarted>")).toBe(restarts);
    const kinds = [...new Set(story)].filter((entry) => !entry.startsWith("<exited unknown"));
    expect(kinds.sort()).toEqual(["<exited 3>", "<restarted>", "words"]);
  });

  test("end with their last output, which is not joined with the next run, live and from stored lines", async () => {
    await suite.pm2.start({
      name: "mute",
      source: onCue("cue-2", "process.stdout.write('line one\\ncannot bind'); setTimeout(() => process.exit(3), 100);"),
      fields: { autorestart: false },
    });
    const { story } = await follow("mute");
    await cue("cue-2");
    await eventually(() => expect(story).toEqual(["line one", "cannot bind", "<exited 3>"]));
    const late = await follow("mute", { tail: 1 });
    await eventually(() => expect(late.story).toEqual(["cannot bind", "<exited 3>"]));
    await suite.pm2.command("restart", "mute");
    const second = ["<restarted>", "line one", "cannot bind", "<exited 3>"];
    await eventually(() => expect(story).toEqual(["line one", "cannot bind", "<exited 3>", ...second]));
    await eventually(() => expect(late.story).toEqual(["cannot bind", "<exited 3>", ...second]));
    const later = await follow("mute", { tail: 10 });
    await eventually(() => expect(later.reader.lines).toEqual(["line one", "cannot bind", "line one", "cannot bind"]));
  });

  test("without a follower are reported to a returning viewer: how many ended, and the new start", async () => {
    await suite.pm2.start({ name: "away", source: "console.log('up'); setInterval(() => {}, 1000);" });
    const first = await follow("away");
    await eventually(() => expect(first.reader.lines).toEqual(["up"]));
    const since = first.reader.cursor;
    await suite.realtime.disconnectAll();
    const written = join(suite.pm2.home, "logs", "away-out.log");
    for (let runs = 2; runs <= 3; runs++) {
      await suite.pm2.command("restart", "away");
      // PM2 may end a run before it has written anything.
      await eventually(async () => expect(await readFile(written, "utf8")).toBe("up\n".repeat(runs)));
    }
    const second = await follow("away", { since });
    await eventually(() => expect(second.story).toEqual(["<exited unknown 2>", "<restarted>", "up", "up"]));
    // They are reported once, also by another server.
    const again = await follow("away", { since: second.reader.cursor });
    await suite.restartRealtime();
    expect(again.story).toEqual([]);
    const third = await follow("away", { since });
    await eventually(() => expect(third.story).toEqual(["<exited unknown 2>", "<restarted>", "up", "up"]));
    await suite.realtime.disconnectAll();
    await suite.pm2.command("stop", "away");
    const fourth = await follow("away", { since: third.reader.cursor });
    await eventually(() => expect(fourth.story).toHaveLength(1));
    expect(fourth.story[0]).toMatch(/^<exited /);
  });

  test("end when the app is renamed: reported once, and nothing of the new name is sent", async () => {
    await suite.pm2.start({ name: "old", source: "setInterval(() => console.log('tick'), 20);" });
    const { reader, errors } = await follow("old");
    await eventually(() => expect(reader.lines.length).toBeGreaterThan(0));
    await suite.pm2.command("restart", "old", "--name", "new");
    await eventually(() => expect(reader.closed.map(({ code }) => code)).toContain("removed"));
    expect(reader.closed.filter(({ code }) => code === "removed")).toHaveLength(1);
    expect(errors).toEqual([]);
    // It writes to the same file as before, but these are lines of another name.
    const { reader: next } = await follow("new");
    await eventually(() => next.lines.length > 0);
    const heard = reader.lines.length;
    await eventually(() => next.lines.length > 30);
    expect(reader.lines).toHaveLength(heard);
    await suite.pm2.command("delete", "new");
  });
});

describe("an incomplete log of a PM2 app", () => {
  const suite = usePm2();
  const source = "console.log('out'); console.error('err'); setInterval(() => {}, 1000);";
  const follow = async (pm2Name: string) => {
    const socket = suite.realtime.connect("deployments");
    const reader = readLogs(socket);
    const errors: string[] = [];
    socket.on("error", ({ message }: { message: string }) => errors.push(message));
    const ref = { deploymentId: pm2Name, pm2Name };
    expect(await socket.emitWithAck("subscribe:logs", { ...ref, tail: 10 })).toMatchObject({ success: true });
    return { reader, errors };
  };

  test("is read from the common file of both streams if the others are disabled, without a notice", async () => {
    const nowhere = { out_file: "/dev/null", error_file: "NULL" };
    await suite.pm2.start({
      name: "combined",
      source,
      fields: { ...nowhere, log_file: join(suite.pm2.home, "combined.log") },
    });
    const { reader, errors } = await follow("combined");
    await eventually(() => expect(reader.lines.toSorted()).toEqual(["err", "out"]));
    expect(errors).toEqual([]);
  });

  test.each([
    ["silent", { out_file: "/dev/null", error_file: "/dev/null" }, "This app keeps no log"],
    ["half", { out_file: "/dev/null" }, "This app keeps no log of its standard output."],
    ["other-half", { error_file: "NULL" }, "This app keeps no log of its error output."],
  ])("names the streams that PM2 does not store: %s", async (name, fields, words) => {
    await suite.pm2.start({ name, source, fields });
    const { errors } = await follow(name);
    await eventually(() => expect(errors).toEqual([expect.stringContaining(words)]));
  });

  test("reports to each viewer that its folder was moved away", async () => {
    const folder = join(suite.pm2.home, "moved");
    await suite.pm2.start({
      name: "mover",
      source,
      fields: { out_file: join(folder, "o.log"), error_file: join(folder, "e.log") },
    });
    await rename(folder, `${folder}-away`);
    for (let viewer = 0; viewer < 2; viewer++) {
      const { errors } = await follow("mover");
      await eventually(() => expect(errors).toEqual([expect.stringContaining("moved or removed")]));
    }
  });

  test("with too many instances states how many are not followed", async () => {
    const many = { script: "/bin/sleep", args: "1000", interpreter: "none" };
    await suite.pm2.start({ name: "many", source, instances: 40, fields: many });
    const { errors } = await follow("many");
    await eventually(() => expect(errors).toEqual(["The logs of 32 of 40 instances are shown; 8 are not."]));
  });
});
