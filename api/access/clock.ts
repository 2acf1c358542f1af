import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import type { DatabaseSync } from "node:sqlite";

export interface ClockSources {
  /** Milliseconds since the epoch; the operator or NTP may step it. */
  wall(): number;
  /** Milliseconds since the machine started, sleep included; no step moves it. */
  uptime(): number;
  /** Changes at each start of the machine; empty when unknown. */
  boot(): string;
}

/** What the uptime is counted with: each is a function, so that a test can let a machine sleep. */
export interface UptimeSources {
  /** Milliseconds since the machine started, sleep included. Takes a system call or more. */
  read(): number;
  /** Milliseconds that neither a sleep nor a step of the clock moves. */
  running(): number;
  wall(): number;
}

/** Between two readings of the kernel's uptime, the clock of the process goes on. */
const READ_EVERY_MS = 100;
/** The wall clock and that of the process part by so much only where the machine slept or somebody stepped the clock. */
const PARTED_MS = 20;

/** The uptime of the machine, read again every {@link READ_EVERY_MS} and at once after a sleep. */
export function createUptime({ read, running, wall }: UptimeSources): () => number {
  let last = { running: Number.NEGATIVE_INFINITY, wall: 0, uptime: 0 };
  return () => {
    const now = { running: running(), wall: wall() };
    const passed = now.running - last.running;
    if (passed >= READ_EVERY_MS || Math.abs(now.wall - last.wall - passed) >= PARTED_MS) {
      last = { ...now, uptime: read() };
      return last.uptime;
    }
    return last.uptime + passed;
  };
}

/** To the hundredth of a second on Linux, where Deno's `uptime` says whole seconds. */
function readUptime(): number {
  try {
    const seconds = Number.parseFloat(readFileSync("/proc/uptime", "latin1"));
    if (seconds > 0) return seconds * 1_000;
  } catch {
    // Not Linux, or not allowed.
  }
  return uptime() * 1_000;
}

export const machineClock: ClockSources = {
  wall: Date.now,
  uptime: createUptime({ read: readUptime, running: () => performance.now(), wall: Date.now }),
  boot: () => {
    try {
      return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    } catch {
      return "";
    }
  },
};

export interface AccessClock {
  /** Milliseconds that never decrease, also across restarts. Ages of sessions and keys are counted in them. */
  tick(): number;
  /** The wall-clock time, for people to read, at which the given tick is reached if nobody steps the clock. */
  wallAt(tick: number): number;
  now(): Date;
  /** Stores the state of the clock. */
  save(): void;
}

/**
 * A clock for ages. It follows the uptime of the machine, also across restarts of the server. Across a restart of the
 * machine it follows the wall clock, but never backwards.
 */
export function openAccessClock(database: DatabaseSync, sources: ClockSources = machineClock): AccessClock {
  const saved = new Map(
    database
      .prepare("SELECT name, value FROM access_state WHERE name LIKE 'clock_%'")
      .all()
      .map(({ name, value }) => [String(name), String(value)]),
  );
  const write = database.prepare("INSERT OR REPLACE INTO access_state (name, value) VALUES (?, ?)");
  const boot = sources.boot();
  const startUptime = sources.uptime();
  const startTick = Number(saved.get("clock_tick") ?? 0) + elapsedSince(saved, sources, boot, startUptime);
  let last = startTick;
  const tick = () => {
    last = Math.max(last, Math.round(startTick + sources.uptime() - startUptime));
    return last;
  };
  return {
    tick,
    wallAt: (at) => sources.wall() + (at - tick()),
    now: () => new Date(sources.wall()),
    save: () => {
      write.run("clock_tick", String(tick()));
      write.run("clock_wall", String(sources.wall()));
      write.run("clock_uptime", String(sources.uptime()));
      write.run("clock_boot", boot);
    },
  };
}

function elapsedSince(saved: Map<string, string>, sources: ClockSources, boot: string, uptimeNow: number): number {
  if (!saved.has("clock_tick")) return 0;
  const byUptime = uptimeNow - Number(saved.get("clock_uptime"));
  if (boot !== "" && saved.get("clock_boot") === boot && byUptime >= 0) return Math.round(byUptime);
  return Math.max(0, Math.round(sources.wall() - Number(saved.get("clock_wall"))));
}
