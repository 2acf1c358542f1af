import { expect, test } from "vitest";
import { eventually } from "../../testing/eventually.ts";
import { createServicesWatch } from "./services.ts";
import { logs, named, ref, startServer as start } from "./testing.ts";

test("an older server that does not know a field is asked without it, then and after a reconnect", async () => {
  const { connection, answers, calls, socket } = await start();
  const unknownField = { success: false, error: "The input holds an unknown field.", code: "invalid_input" };
  answers.push(unknownField);
  const seen: string[] = [];
  const errors: unknown[] = [];
  createServicesWatch(connection).subscribeLogs("1", "web", ({ data }) => seen.push(data), {
    tail: 5,
    onError: (error) => errors.push(error),
  });
  await eventually(() => expect(calls).toHaveLength(2));
  socket("/services")?.emit("error", { ...ref, message: unknownField.error, code: unknownField.code });
  socket("/services")?.emit("logs", logs("one", "c1"));
  await eventually(() => expect(seen).toEqual(["one\n"]));
  socket("/services")?.conn.close();
  await eventually(() => expect(calls).toHaveLength(3));
  expect(calls.map(({ payload }) => payload)).toEqual([
    { ...ref, tail: 5, ages: true },
    { ...ref, tail: 5 },
    { ...ref, tail: 5, since: "c1" },
  ]);
});

test("input that is refused without that field too is an error, and asked for no more", async () => {
  const { connection, answers, calls } = await start();
  const refused = { success: false, error: "tail must be at most 10000.", code: "invalid_input" };
  answers.push(refused, refused);
  const errors: string[] = [];
  createServicesWatch(connection).subscribeLogs("1", "web", () => {}, {
    tail: 20_000,
    onError: ({ message }) => errors.push(message),
  });
  await eventually(() => expect(errors).toEqual(["tail must be at most 10000."]));
  expect(calls).toHaveLength(2);
});

test("towards a server without cursors a reconnect repeats no line, and announces a gap", async () => {
  const { connection, calls, socket } = await start();
  const story: string[] = [];
  createServicesWatch(connection).subscribeLogs("1", "web", ({ data }) => story.push(data), {
    onGap: ({ from, to, reason }) => story.push(`${from} ${to} ${reason}`),
  });
  await eventually(() => expect(calls).toHaveLength(1));
  socket("/services")?.emit("logs", { ...ref, data: "one\n" });
  await eventually(() => expect(story).toEqual(["one\n"]));
  socket("/services")?.conn.close();
  await eventually(() => expect(named(calls, "subscribe:logs")[1]?.payload).toEqual({ ...ref, tail: 0, ages: true }));
  await eventually(() => expect(story).toEqual(["one\n", "null null source_lost"]));
});

test("events, fields and values of a newer server change nothing for those that are known", async () => {
  const { connection, answers, calls, socket } = await start();
  answers.push({ success: true, resumed: "exactly" });
  const story: unknown[] = [];
  createServicesWatch(connection).subscribeLogs("1", "web", ({ data }) => story.push(data), {
    onGap: ({ reason }) => story.push(reason),
    onClosed: ({ code }) => story.push(code),
    onState: (state) => story.push(state),
    onError: ({ code }) => story.push(code),
  });
  await eventually(() => expect(calls).toHaveLength(1));
  const peer = socket("/services");
  peer?.emit("logs", { ...logs("one", "c1"), compressed: false });
  peer?.emit("logs:summary", { ...ref, lines: 3 });
  peer?.emit("gap", { ...ref, reason: "archived", bytes: 7 });
  peer?.emit("stream:state", { ...ref, state: "migrating" });
  peer?.emit("stream:closed", { ...ref, code: "migrated" });
  peer?.emit("error", { ...ref, message: "Wait.", code: "quota_exceeded" });
  peer?.emit("logs", { ...ref, lines: ["two"] });
  peer?.emit("logs", logs("three", "c3"));
  await eventually(() =>
    expect(story).toEqual(["one\n", "archived", "migrating", "migrated", "quota_exceeded", "three\n"]),
  );
});
