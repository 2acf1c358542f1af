import type { Socket } from "socket.io-client";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createDockerHost } from "../../shared/docker/docker-host.ts";
import { serviceRoom } from "../../shared/protocol/rooms.ts";
import { SHELL_PROGRESS, SHELL_WINDOW, type ShellCommand, type ShellReport } from "../../shared/protocol/shell.ts";
import { silentLog } from "../../shared/server/log.ts";
import { shellOwner } from "../../shared/server/shell-owner.ts";
import { type TestContainer, testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { EMIT_TOKEN, nextEvent, startRealtime, type TestRealtime } from "../testing.ts";
import { endOrphanedShells } from "./orphaned-shells.ts";

const engine = testEngine();
const docker = createDockerHost({ dockerHost: engine.dockerHost });
const owner = shellOwner(EMIT_TOKEN);

/** Content of a viewer's terminal. */
function read(socket: Socket, shellId: string, { reads = true } = {}) {
  let confirmed = 0;
  const screen = { text: "", offset: 0, gaps: [] as { from: number; to: number }[], closed: [] as object[] };
  socket.on("shell:output", (output: { shellId: string; data: Buffer; offset: number }) => {
    if (output.shellId !== shellId) return;
    expect(output.offset).toBe(screen.offset);
    screen.offset += output.data.length;
    screen.text += output.data.toString("latin1");
    if (!reads || screen.offset - confirmed < SHELL_PROGRESS) return;
    confirmed = screen.offset;
    socket.emit("shell:progress", { shellId, offset: confirmed });
  });
  socket.on("shell:gap", (gap: { from: number; to: number }) => {
    screen.gaps.push(gap);
    screen.offset = gap.to;
  });
  socket.on("shell:closed", ({ shellId: id, ...how }) => void (id === shellId && screen.closed.push(how)));
  return screen;
}

describe.skipIf(await lacks("docker"))("a shell", () => {
  let realtime: TestRealtime;
  let box: TestContainer;
  const reports: ShellReport[] = [];
  const start = async (more: Parameters<typeof startRealtime>[0] = {}) => {
    await realtime?.stop();
    reports.length = 0;
    realtime = await startRealtime({ reportShell: (report) => reports.push(report), ...more });
  };
  beforeEach(async () => {
    box ??= await engine.run({ name: "shell" });
    await start();
  });
  afterAll(async () => {
    await realtime?.stop();
    await engine.removeAll();
  });

  const make = async (by = "id-of-admin", command: ShellCommand = "auto", containerId = box.id) =>
    (await docker.exec.create({ containerId, command, user: "", owner, openedBy: { kind: "key", id: by } })).id;
  const opening = (shellId: string, more: object = {}) => ({
    serviceId: box.id,
    containerName: box.name,
    shellId,
    cols: 90,
    rows: 25,
    ...more,
  });
  const enter = async (socket: Socket, shellId: string, line: string) =>
    expect(await socket.emitWithAck("shell:input", { shellId, data: `${line}\n` })).toEqual({ success: true });

  test("runs on a terminal of the viewer's size, and reports its end, also to the audit trail", async () => {
    const shellId = await make();
    const socket = realtime.connect("services");
    const screen = read(socket, shellId);
    expect(await socket.emitWithAck("shell:open", opening(shellId))).toMatchObject({ success: true, shellId });
    await eventually(() => expect(screen.text).toContain("# "));
    await socket.emitWithAck("shell:resize", { shellId, cols: 71, rows: 19 });
    await eventually(async () => {
      await enter(socket, shellId, "stty size; echo $TERM $((40+2))");
      return /19 71\r\nxterm-256color 42/.test(screen.text);
    });
    await enter(socket, shellId, "exit 7");
    await eventually(() => expect(screen.closed).toEqual([{ code: "exited", exitCode: 7 }]));
    expect(reports).toEqual([
      expect.objectContaining({ shellId, containerName: box.name, code: "exited", exitCode: 7 }),
    ]);
    expect(reports[0]?.principal).toEqual({ kind: "key", id: "id-of-admin" });
  });

  test("continues without viewers, and a viewer who returns continues after the last byte", async () => {
    const shellId = await make();
    const first = realtime.connect("services");
    const before = read(first, shellId);
    await first.emitWithAck("shell:open", opening(shellId));
    await enter(first, shellId, "echo pid:$$; sleep 0.4; echo la''ter");
    await eventually(() => expect(before.text).toMatch(/pid:\d+/));
    first.disconnect();
    const second = realtime.connect("services");
    const after = read(second, shellId);
    after.offset = before.offset;
    await second.emitWithAck("shell:open", opening(shellId, { since: before.offset }));
    await enter(second, shellId, "echo again:$$");
    await eventually(() => expect(before.text + after.text).toMatch(/later[\s\S]*again:\d+/));
    expect(/again:(\d+)/.exec(after.text)?.[1]).toBe(/pid:(\d+)/.exec(before.text)?.[1]);
    // A new viewer gets all of it.
    const third = realtime.connect("services");
    const whole = read(third, shellId);
    await third.emitWithAck("shell:open", opening(shellId));
    await eventually(() => expect(whole.text).toBe(before.text + after.text));
  });

  test("with too much output announces what is missing, and delays neither the server nor others", async () => {
    const shellId = await make();
    const socket = realtime.connect("services");
    const stopped = read(socket, shellId, { reads: false });
    await socket.emitWithAck("shell:open", opening(shellId));
    await enter(socket, shellId, "yes");
    // The window is full and the program waits: no more output.
    await eventually(() => expect(stopped.offset).toBeGreaterThanOrEqual(SHELL_WINDOW));
    expect(stopped.offset).toBeLessThan(SHELL_WINDOW + 64 * 1024);
    // Another viewer continues alone, at a limited rate, without a gap.
    const other = realtime.connect("services");
    const reader = read(other, shellId);
    await other.emitWithAck("shell:open", opening(shellId));
    const at = performance.now();
    await eventually(() => expect(reader.offset).toBeGreaterThan(1_200_000));
    expect(performance.now() - at).toBeGreaterThan(500);
    expect(reader.gaps).toEqual([]);
    expect(await other.emitWithAck("shell:input", { shellId, data: "\u0003" })).toEqual({ success: true });
    await eventually(() => expect(reader.text.slice(-200)).toContain("# "));
    await socket.emitWithAck("shell:progress", { shellId, offset: stopped.offset });
    await eventually(() => expect(stopped.gaps).toHaveLength(1));
    expect(stopped.gaps[0]?.from).toBeLessThan(stopped.gaps[0]?.to ?? 0);
  });

  test("goes on with its output after too much input", async () => {
    const shellId = await make();
    const socket = realtime.connect("services");
    const screen = read(socket, shellId, { reads: false });
    await socket.emitWithAck("shell:open", opening(shellId));
    await enter(socket, shellId, "yes");
    await eventually(() => expect(screen.offset).toBeGreaterThanOrEqual(SHELL_WINDOW));
    const typed = Array.from({ length: 1_000 }, () => socket.emitWithAck("shell:input", { shellId, data: " " }));
    const confirmed = socket.emitWithAck("shell:progress", { shellId, offset: SHELL_PROGRESS });
    const codes = (await Promise.all(typed)).map(({ code }: { code?: string }) => code);
    expect(codes).toContain("rate_limited");
    expect(await confirmed).toEqual({ success: true });
    await eventually(() => expect(screen.offset).toBeGreaterThanOrEqual(SHELL_WINDOW + SHELL_PROGRESS));
  });

  test("belongs to one user and one container, and starts once", async () => {
    realtime.access.add("other");
    realtime.access.add("viewer", { role: "viewer" });
    realtime.access.add("limited", { id: "id-of-admin", limits: { services: ["elsewhere"], deployments: null } });
    const shellId = await make();
    const elsewhere = await engine.run({ name: "elsewhere" });
    const codeOf = async (token: string, more: object = {}) =>
      (await realtime.connect("services", { token }).emitWithAck("shell:open", opening(shellId, more))).code;
    expect(await codeOf("other")).toBe("not_found");
    expect(await codeOf("viewer")).toBe("forbidden");
    expect(await codeOf("limited")).toBe("not_found");
    expect(await codeOf("admin", { containerName: elsewhere.name })).toBe("not_found");
    expect(await codeOf("admin", { shellId: "0".repeat(64) })).toBe("not_found");
    const [one, two] = await Promise.all([codeOf("admin"), codeOf("admin")]);
    expect([one, two]).toEqual([undefined, undefined]);
    expect(await codeOf("other")).toBe("not_found");
    expect(await codeOf("admin", { containerName: elsewhere.name })).toBe("not_found");
    const other = realtime.connect("services", { token: "other" });
    for (const [event, payload] of Object.entries({
      "shell:input": { shellId, data: "x" },
      "shell:resize": { shellId, cols: 10, rows: 10 },
      "shell:close": { shellId },
    })) {
      expect(await other.emitWithAck(event, payload)).toMatchObject({ code: "not_found" });
    }
    // An exec instance in the container that is not a shell of the panel.
    const foreign = await engine.docker.getContainer(box.id).exec({ Cmd: ["/bin/sh"], Tty: true, AttachStdin: true });
    expect(await codeOf("admin", { shellId: foreign.id })).toBe("not_found");
  });

  test("ends once its container has a name that its owner may not see, as does word of the container's state", async () => {
    const named = await engine.run({ name: "named" });
    realtime.access.add("limited", { limits: { services: [named.name], deployments: null } });
    const shellId = await make("id-of-limited", "auto", named.id);
    const [limited, free] = [realtime.connect("services", { token: "limited" }), realtime.connect("services")];
    const screen = read(limited, shellId);
    const ref = { serviceId: named.id, containerName: named.name };
    expect(await limited.emitWithAck("shell:open", opening(shellId, ref))).toMatchObject({ success: true });
    const states: string[] = [];
    for (const [who, socket] of Object.entries({ limited, free })) {
      await socket.emitWithAck("subscribe:stats", ref);
      socket.on("status", ({ status }) => void states.push(`${who} ${status}`));
    }
    const tell = (status: string) =>
      realtime.emit({
        namespace: "services",
        room: serviceRoom(named.id),
        event: "status",
        data: { ...ref, status, timestamp: new Date().toISOString() },
      });
    await tell("running");
    await eventually(() => expect(states.toSorted()).toEqual(["free running", "limited running"]));
    await named.container.rename({ name: `${named.name}-hidden` });
    await eventually(() => expect(screen.closed).toMatchObject([{ code: "revoked" }]));
    expect(await limited.emitWithAck("shell:open", opening(shellId, ref))).toMatchObject({ code: "not_found" });
    await tell("paused");
    await eventually(() => expect(states).toContain("free paused"));
    expect(states).not.toContain("limited paused");
  });

  test("that there is none of in the image says so, without the Engine's words", async () => {
    const shellId = await make("id-of-admin", "zsh");
    const socket = realtime.connect("services");
    const screen = read(socket, shellId);
    await socket.emitWithAck("shell:open", opening(shellId));
    await eventually(() => expect(screen.closed).toEqual([{ code: "no_shell", exitCode: 126 }]));
    expect(screen.text).toBe("");
  });

  test("ends when it is closed, including programs that ignore SIGHUP, and its children", async () => {
    const shellId = await make();
    const socket = realtime.connect("services");
    const screen = read(socket, shellId);
    await socket.emitWithAck("shell:open", opening(shellId));
    await enter(socket, shellId, "sleep 987654 & trap '' HUP; echo re''ady");
    await eventually(() => expect(screen.text).toContain("ready"));
    expect(await socket.emitWithAck("shell:close", { shellId })).toEqual({ success: true });
    await eventually(() => expect(screen.closed).toMatchObject([{ code: "ended" }]));
    const { Processes } = await engine.docker.getContainer(box.id).top();
    expect(JSON.stringify(Processes)).not.toContain("987654");
    expect(await socket.emitWithAck("shell:open", opening(shellId, { since: screen.offset }))).toMatchObject({
      success: true,
    });
    await eventually(() => expect(screen.closed).toHaveLength(2)); // sent again to late viewers
  });

  test("ends with the session that attached last, and after a time without viewers", async () => {
    await start({ shellIdleMs: 300 });
    realtime.access.add("second", { id: "id-of-admin" });
    const [revoked, kept, left] = [await make(), await make(), await make()];
    const one = realtime.connect("services");
    const two = realtime.connect("services", { token: "second" });
    await one.emitWithAck("shell:open", opening(revoked));
    await one.emitWithAck("shell:open", opening(kept));
    await two.emitWithAck("shell:open", opening(kept));
    await two.emitWithAck("shell:open", opening(left));
    const cut = new Promise((resolve) => one.once("disconnect", resolve));
    realtime.realtime.revoke({ sessionIds: ["session-of-admin"], principalIds: [] });
    await cut;
    await two.emitWithAck("shell:leave", { shellId: left });
    await eventually(() =>
      expect(reports.map(({ shellId, code }) => [shellId, code]).toSorted()).toEqual(
        [
          [revoked, "revoked"],
          [left, "idle"],
        ].toSorted(),
      ),
    );
    expect((await docker.exec.list(box.id)).map(({ id }) => id)).toContain(kept);
    realtime.realtime.revoke({ sessionIds: [], principalIds: ["id-of-admin"] });
    await eventually(() => expect(reports.at(-1)).toMatchObject({ shellId: kept, code: "revoked" }));
    await eventually(async () => expect((await docker.exec.list(box.id)).map(({ id }) => id)).not.toContain(kept));
  });

  test("ends with its container, and when the server stops", async () => {
    const doomed = await engine.run({ name: "doomed" });
    const socket = realtime.connect("services");
    const shellId = await make("id-of-admin", "auto", doomed.id);
    const closed = nextEvent(socket, "shell:closed");
    await socket.emitWithAck("shell:open", opening(shellId, { containerName: doomed.name }));
    await doomed.container.remove({ force: true });
    expect(await closed).toMatchObject({ shellId, code: "container" });
    const last = await make();
    await socket.emitWithAck("shell:open", opening(last));
    await realtime.close();
    expect(reports.at(-1)).toMatchObject({ shellId: last, code: "stopping" });
    await eventually(async () => expect((await docker.exec.list(box.id)).map(({ id }) => id)).not.toContain(last));
  });

  test("of a killed server is refused, and ended by the next server", async () => {
    const own = shellOwner("the emit token of another installation");
    const openedBy = { kind: "key", id: "id-of-admin" } as const;
    const lost = await docker.exec.create({ containerId: box.id, command: "auto", user: "", owner: own, openedBy });
    const abort = new AbortController();
    await docker.exec.attach(lost.id, abort.signal);
    abort.abort();
    const mine = await make();
    await docker.exec.attach(mine, new AbortController().signal);
    const answer = await realtime.connect("services").emitWithAck("shell:open", opening(mine));
    expect(answer).toMatchObject({ code: "not_found", error: expect.stringContaining("restarted") });
    const reported: ShellReport[] = [];
    await endOrphanedShells(docker, own, (report) => reported.push(report), silentLog());
    expect(reported).toEqual([expect.objectContaining({ shellId: lost.id, code: "lost", principal: openedBy })]);
    const left = (await docker.exec.list(box.id)).map(({ id }) => id);
    expect(left).not.toContain(lost.id);
    expect(left).toContain(mine); // of another installation
    await docker.exec.end({ id: mine, containerId: box.id });
  });

  test("has a limited number and limited input, and withstands hostile payloads", async () => {
    const socket = realtime.connect("services");
    const ids = await Promise.all(Array.from({ length: 9 }, () => make()));
    for (const id of ids.slice(0, 8)) {
      expect(await socket.emitWithAck("shell:open", opening(id))).toMatchObject({ success: true });
    }
    expect(await socket.emitWithAck("shell:open", opening(ids[8] ?? ""))).toMatchObject({ code: "rate_limited" });
    const shellId = ids[0] ?? "";
    for (const [event, payload] of [
      ["shell:input", { shellId, data: "x".repeat(8_193) }],
      ["shell:input", { shellId, data: "" }],
      ["shell:input", { shellId: "../x", data: "x" }],
      ["shell:resize", { shellId, cols: 0, rows: 10 }],
      ["shell:resize", { shellId, cols: 1e9, rows: Number.NaN }],
      ["shell:progress", { shellId, offset: -1 }],
      ["shell:open", opening(shellId, { since: 1.5 })],
      ["shell:open", opening(shellId, { containerName: "$(id)" })],
      ["shell:open", opening(shellId, { command: "sh" })],
    ] as const) {
      expect(await socket.emitWithAck(event, payload)).toMatchObject({ code: "invalid_input" });
    }
    // A program that does not read: its input is refused beyond the limit.
    await enter(socket, shellId, "stty -echo -icanon; sleep 100");
    await eventually(async () => {
      const { code } = await socket.emitWithAck("shell:input", { shellId, data: "x".repeat(8_192) });
      return code === "rate_limited";
    });
  });
});
