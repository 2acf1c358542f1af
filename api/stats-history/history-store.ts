import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { HistoryRange } from "../../shared/protocol/stats-history.ts";
import { transact } from "../database/transact.ts";
import { type Level, levels } from "./history-file.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Seconds that a row of a level covers; a raw one covers the collector's interval. */
const steps: Record<Exclude<Level, "raw">, number> = { minute: MINUTE, coarse: 10 * MINUTE };
const RAW_AGE = 3 * HOUR;
const MINUTE_AGE = DAY;
/** Containers with a history. On a host that creates thousands a day, the newest are kept. */
const SERIES_MAX = 5_000;

/** The level that a range is read from, and how many of its rows make one point. */
const ranges: Record<HistoryRange, { seconds: number; level: Level; step: number }> = {
  "1h": { seconds: HOUR, level: "raw", step: 0 },
  "6h": { seconds: 6 * HOUR, level: "minute", step: MINUTE },
  "24h": { seconds: DAY, level: "minute", step: 5 * MINUTE },
  "7d": { seconds: 7 * DAY, level: "coarse", step: 30 * MINUTE },
};

/**
 * Values of one sample. `first` and `second` are block reads and writes per second for a container, used and total bytes of
 * the disk for the host.
 */
export interface HistorySample {
  cpu: number;
  memory: number;
  memoryLimit: number;
  rx: number;
  tx: number;
  first: number;
  second: number;
}

export interface HistoryPoints {
  step: number;
  /** Seconds since the epoch. */
  from: number;
  to: number;
  rows: HistoryRow[];
}
export interface HistoryRow extends HistorySample {
  at: number;
  cpuMax: number;
  memoryMax: number;
}

/** Averages of one step. */
export interface RecentRow {
  name: string;
  /** Start of the step, a multiple of its length; seconds since the epoch. */
  at: number;
  cpu: number;
  memory: number;
}

export interface SeriesKey {
  /** Name of the container; empty for the host. */
  name: string;
  container: string;
}

/** Metrics over time, coarser with age: each sample for 3 h, minutes for 24 h, ten minutes for the days kept. */
export interface HistoryStore {
  /** Writes the samples of one moment in one transaction, and combines older ones. `at` in seconds since the epoch. */
  add(at: number, samples: readonly { key: SeriesKey; sample: HistorySample }[]): void;
  /** Reads the history of all containers that had the name: a recreated container continues it. */
  read(name: string, range: HistoryRange, now: number): HistoryPoints;
  /** Whether a container of that name has a history. */
  knows(name: string): boolean;
  /** Averages of all series of the last `seconds`, in steps; at most the age of single samples. */
  readAll(seconds: number, step: number, now: number): RecentRow[];
  /** Deletes expired rows. */
  prune(now: number): void;
  /** Changes the days that rows are stored; the next prune applies them. */
  keepDays(days: number): void;
  close(): void;
}

const columns = "cpu, cpu_max, memory, memory_max, memory_limit, rx, tx, first, second";
const averages = `avg(cpu) AS cpu, max(cpu_max) AS cpu_max, CAST(avg(memory) AS INTEGER) AS memory,
  max(memory_max) AS memory_max, max(memory_limit) AS memory_limit, avg(rx) AS rx, avg(tx) AS tx,
  avg(first) AS first, avg(second) AS second`;

/** @param interval Returns the seconds between two samples. @param days Days that are stored. */
export function createHistoryStore(
  database: DatabaseSync,
  { interval, days }: { interval: () => number; days: number },
): HistoryStore {
  const ids = new Map<string, number>();
  const kept: Record<Level, number> = { raw: RAW_AGE, minute: MINUTE_AGE, coarse: coarseAge(days) };
  const prepared = new Map<string, StatementSync>();
  const sql = (text: string): StatementSync => {
    const known = prepared.get(text) ?? database.prepare(text);
    prepared.set(text, known);
    return known;
  };

  const seriesOf = ({ name, container }: SeriesKey): number => {
    const key = `${name} ${container}`;
    const known = ids.get(key);
    if (known !== undefined) return known;
    sql("INSERT OR IGNORE INTO series (name, container) VALUES (?, ?)").run(name, container);
    const { id } = sql("SELECT id FROM series WHERE name = ? AND container = ?").get(name, container) as { id: number };
    if (ids.size >= SERIES_MAX) ids.clear();
    ids.set(key, id);
    return id;
  };

  const rolledUntil = (level: Exclude<Level, "raw">): number =>
    (sql("SELECT until FROM rolled WHERE level = ?").get(level) as { until: number } | undefined)?.until ?? 0;

  /** Reads from the database, not from memory, so that a killed process leaves no hole. */
  const roll = (from: Level, to: Exclude<Level, "raw">, now: number) => {
    const step = steps[to];
    const until = Math.floor((from === "raw" ? now : rolledUntil("minute")) / step) * step;
    const since = rolledUntil(to);
    if (until <= since) return;
    sql(`INSERT OR REPLACE INTO ${to} (series, at, ${columns})
      SELECT series, at / ${step} * ${step} AS bucket, ${averages} FROM ${from}
      WHERE at >= ? AND at < ? GROUP BY series, bucket`).run(since, until);
    sql("INSERT OR REPLACE INTO rolled (level, until) VALUES (?, ?)").run(to, until);
  };

  // The transaction that is rolled back may have created ids.
  const transaction = (work: () => void) => transact(database, work, () => ids.clear());

  const prune = (now: number) =>
    transaction(() => {
      roll("raw", "minute", now);
      roll("minute", "coarse", now);
      for (const level of levels) sql(`DELETE FROM ${level} WHERE at < ?`).run(now - kept[level]);
      const held = levels.map((level) => `SELECT series FROM ${level}`).join(" UNION ");
      sql(`DELETE FROM series WHERE id NOT IN (${held})`).run();
      const old = sql("SELECT id FROM series WHERE name <> '' ORDER BY id DESC LIMIT -1 OFFSET ?").all(SERIES_MAX);
      for (const { id } of old as { id: number }[]) {
        for (const level of levels) sql(`DELETE FROM ${level} WHERE series = ?`).run(id);
        sql("DELETE FROM series WHERE id = ?").run(id);
      }
      ids.clear();
      // With too many containers, the history is shorter.
      if (isNearlyFull(database)) kept.coarse = Math.max(DAY, kept.coarse * 0.8);
    });

  /** Rows that are not combined yet are read from the level below. */
  const tail = (level: Level, bucket: string): string => {
    if (level === "raw") return `SELECT series, at, ${columns} FROM raw`;
    const [below, step] = level === "minute" ? (["raw", steps.minute] as const) : (["minute", steps.coarse] as const);
    const since = `(SELECT coalesce(max(until), 0) FROM rolled WHERE level = '${level}')`;
    return `SELECT series, at, ${columns} FROM ${level} WHERE ${bucket}
      UNION ALL SELECT series, at / ${step} * ${step} AS at, ${averages} FROM (${tail(below, bucket)})
      WHERE at >= ${since} AND ${bucket} GROUP BY series, at / ${step}`;
  };

  return {
    add(at, samples) {
      transaction(() => {
        const insert = sql(
          `INSERT OR REPLACE INTO raw (series, at, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        );
        for (const { key, sample } of samples) {
          const { cpu, memory, memoryLimit, rx, tx, first, second } = sample;
          const whole = Math.round(memory);
          insert.run(seriesOf(key), at, cpu, cpu, whole, whole, Math.round(memoryLimit), rx, tx, first, second);
        }
        roll("raw", "minute", at);
        roll("minute", "coarse", at);
      });
    },
    read(name, range, now) {
      const { seconds, level, step } = ranges[range];
      const from = now - seconds;
      const one = step || 1;
      const only = "series IN (SELECT id FROM series WHERE name = $name) AND at >= $from";
      const rows = sql(`SELECT at / ${one} * ${one} AS time, ${averages} FROM (${tail(level, only)})
        WHERE ${only} GROUP BY time ORDER BY time`).all({ name, from }) as Record<string, number>[];
      return {
        step: step || interval(),
        from,
        to: now,
        rows: rows.map((row) => toRow(row)),
      };
    },
    readAll: (seconds, step, now) =>
      // Listing the series lets SQLite look up each by the primary key instead of reading three hours of all.
      sql(`SELECT name, at / ${step} * ${step} AS time, avg(cpu) AS cpu, avg(memory) AS memory
        FROM series CROSS JOIN raw ON raw.series = series.id AND at >= ? GROUP BY name, time ORDER BY name, time`)
        .all(now - seconds)
        .map((row) => ({
          name: String(row.name),
          at: Number(row.time),
          cpu: Number(row.cpu),
          memory: Number(row.memory),
        })),
    knows: (name) => sql("SELECT 1 FROM series WHERE name = ? LIMIT 1").get(name) !== undefined,
    prune,
    keepDays(days) {
      kept.coarse = coarseAge(days);
    },
    close: () => database.close(),
  };
}

const coarseAge = (days: number): number => Math.max(DAY, days * DAY);

function isNearlyFull(database: DatabaseSync): boolean {
  const of = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] as number;
  return of("page_count") - of("freelist_count") > of("max_page_count") * 0.9;
}

function toRow(row: Record<string, number>): HistoryRow {
  const of = (name: string) => row[name] ?? 0;
  return {
    at: of("time"),
    cpu: of("cpu"),
    cpuMax: of("cpu_max"),
    memory: of("memory"),
    memoryMax: of("memory_max"),
    memoryLimit: of("memory_limit"),
    rx: of("rx"),
    tx: of("tx"),
    first: of("first"),
    second: of("second"),
  };
}
