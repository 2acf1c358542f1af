import { afterEach, beforeEach, expect, test } from "vitest";
import { nextEvent, startRealtime, type TestRealtime } from "../testing.ts";

let realtime: TestRealtime;
beforeEach(async () => {
  realtime = await startRealtime();
});
afterEach(() => realtime.stop());

const emitJob = (id: string, revision: number) =>
  realtime.emit({ namespace: "services", event: "job", data: { id, revision }, room: `service:job:${id}` });

test("sends job events to followers until they leave", async () => {
  const socket = realtime.connect("services");
  expect(await socket.emitWithAck("subscribe:job", { jobId: "abc" })).toEqual({ success: true, jobId: "abc" });
  const job = nextEvent(socket, "job");
  await emitJob("abc", 1);
  expect(await job).toEqual({ id: "abc", revision: 1 });
  await socket.emitWithAck("unsubscribe:job", { jobId: "abc" });
  expect(await (await emitJob("abc", 2)).json()).toMatchObject({ delivered: 0 });
});

test("sends job events to a key that may start pulls but not control containers", async () => {
  realtime.access.add("puller", { role: "operator", scopes: ["services:view", "docker:manage"] });
  const socket = realtime.connect("services", { token: "puller" });
  expect(await socket.emitWithAck("subscribe:job", { jobId: "abc" })).toEqual({ success: true, jobId: "abc" });
});

test("refuses a job that the API hides, and its room under the name of a service", async () => {
  realtime.access.hiddenJobs.add("theirs");
  const socket = realtime.connect("services");
  expect(await socket.emitWithAck("subscribe:job", { jobId: "theirs" })).toMatchObject({ code: "not_found" });
  for (const event of ["subscribe:stats", "subscribe:logs"]) {
    const answer = await socket.emitWithAck(event, { serviceId: "job:theirs", containerName: "web" });
    expect(answer).toMatchObject({ code: "invalid_input" });
  }
  expect(await (await emitJob("theirs", 1)).json()).toMatchObject({ delivered: 0 });
});

test("refuses viewers, invalid ids, and more jobs than the limit", async () => {
  realtime.access.add("viewer", { role: "viewer" });
  const viewer = realtime.connect("services", { token: "viewer" });
  expect(await viewer.emitWithAck("subscribe:job", { jobId: "abc" })).toMatchObject({ code: "forbidden" });
  const socket = realtime.connect("services");
  for (const jobId of ["", "../x", "a b", "x".repeat(65), 1, null]) {
    expect(await socket.emitWithAck("subscribe:job", { jobId })).toMatchObject({ code: "invalid_input" });
  }
  for (let index = 0; index < 64; index++) await socket.emitWithAck("subscribe:job", { jobId: `j${index}` });
  expect(await socket.emitWithAck("subscribe:job", { jobId: "more" })).toMatchObject({ code: "rate_limited" });
});
