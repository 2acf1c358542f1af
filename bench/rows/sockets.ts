import { setTimeout as delay } from "node:timers/promises";
import type { Load } from "../load/control.ts";
import type { ConnectMetrics } from "../load/crowd.ts";
import type { BenchOptions } from "../options.ts";
import { cpuSeconds, residentBytes } from "../process-metrics.ts";
import type { Row } from "../report.ts";
import { startOurs, startYardstick } from "../servers.ts";
import { median, medians } from "../statistics.ts";
import type { Subject } from "../subject.ts";

const SOCKETS = 2_000;
const FIRST = 300;
/** In the first one, each server still compiles what a heartbeat runs, and collects the garbage of the connections. */
const HEARTBEAT_SECONDS = 25;
const MEASURED_HEARTBEATS = 2;
const TURN = 500;
/** Servers run for days: what a connection runs is compiled after some thousands of them. */
const WARM_UP_TURNS = 8;
const TURNS = 5;

/** Row 3: connecting with the session check, and idle connections. */
export async function* sockets(load: Load, options: BenchOptions): AsyncGenerator<Row> {
  const ours = await startOurs();
  try {
    const bare = await startYardstick("socket.io");
    try {
      yield await idle(load, ours.subject, bare.subject);
      yield await connect(load, ours.subject, bare.subject, TURNS * options.repetitions);
    } finally {
      await bare.stop();
    }
  } finally {
    await ours.stop();
  }
}

async function idle(load: Load, ours: Subject, bare: Subject): Promise<Row> {
  const kilobytes = async (subject: Subject) => {
    await load.run("openCrowd", subject, FIRST, "one");
    await load.run("closeCrowd", subject);
    const before = residentBytes(subject.pid);
    await load.run("openCrowd", subject, SOCKETS, "one");
    return (residentBytes(subject.pid) - before) / SOCKETS / 1_000;
  };
  const [oursKb, bareKb] = [await kilobytes(ours), await kilobytes(bare)];
  await delay((HEARTBEAT_SECONDS + 2) * 1_000);
  const before = [cpuSeconds(ours.pid), cpuSeconds(bare.pid)] as const;
  const seconds = MEASURED_HEARTBEATS * HEARTBEAT_SECONDS;
  await delay(seconds * 1_000);
  const microseconds = (subject: Subject, from: number) => ((cpuSeconds(subject.pid) - from) / SOCKETS / seconds) * 1e6;
  const [oursUs, bareUs] = [microseconds(ours, before[0]), microseconds(bare, before[1])];
  for (const subject of [ours, bare]) await load.run("closeCrowd", subject);
  return {
    what: "2,000 idle sockets",
    metrics: {
      "kB a socket": oursKb,
      "CPU us/s": oursUs,
      "socket.io kB": bareKb,
      "socket.io CPU us/s": bareUs,
    },
    bounds: {
      "CPU of an idle socket to bare Socket.IO": { value: oursUs / bareUs, atMost: 1.4 },
      "memory of an idle socket to bare Socket.IO": { value: oursKb / bareKb, atMost: 1.2 },
    },
  };
}

/** Alternately, so that other load on the machine affects all of them. */
async function connect(load: Load, ours: Subject, bare: Subject, turns: number): Promise<Row> {
  const results: Record<"each" | "one" | "bare", ConnectMetrics[]> = { each: [], one: [], bare: [] };
  for (let turn = 0; turn < WARM_UP_TURNS + turns; turn++) {
    for (const [name, subject] of [
      ["each", ours],
      ["one", ours],
      ["bare", bare],
    ] as const) {
      const metrics = await load.run("openCrowd", subject, TURN, name === "each" ? "each" : "one");
      if (turn >= WARM_UP_TURNS) results[name].push(metrics);
      await load.run("closeCrowd", subject);
    }
  }
  const ratio = (name: "each" | "one") =>
    median(results[name].map((one, turn) => one.connectCpuMs / (results.bare[turn] as ConnectMetrics).connectCpuMs));
  const row: Row = {
    what: "connecting, session checked",
    metrics: {},
    bounds: {
      "CPU of a connect to bare Socket.IO, a session each": { value: ratio("each"), atMost: 1.4 },
      "CPU of a connect to bare Socket.IO, one session": { value: ratio("one"), atMost: 1.4 },
    },
  };
  for (const [name, metrics] of Object.entries(results)) {
    const { connectsPerSecond, connectCpuMs } = medians(metrics);
    const label = name === "bare" ? "socket.io" : name === "each" ? "a session each" : "one session";
    Object.assign(row.metrics, { [`${label}: connects/s`]: connectsPerSecond, [`${label}: CPU ms`]: connectCpuMs });
  }
  return row;
}
