import type { DatabaseSync } from "node:sqlite";
import pLimit from "p-limit";
import type { DaemonLink } from "../../shared/pm2/daemon-link.ts";
import type { ProcessHost } from "../../shared/pm2/process-host.ts";
import {
  type LogRotation,
  type PanelRotation,
  type PanelRotationSetting,
  panelRotationSettingSchema,
} from "../../shared/protocol/deployment-details.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { messages } from "./messages.ts";

/** Interval at which sizes of log files are checked. */
const CHECK_MS = 30_000;
/** Apps with a setting. */
const MAX_APPS = 1_000;

/**
 * The panel's own rotation of the log files of apps, for those that somebody turned it on for. Settings are in the database;
 * one file is rotated at a time, so that one that several apps share is rotated once.
 */
export interface PanelRotations {
  /** @param rotation What else rotates the logs; read if it is missing */
  of(id: string, rotation?: LogRotation): Promise<PanelRotation>;
  /** @throws AppError `not_found`, `conflict` if something else rotates the logs, `not_supported` */
  change(id: string, setting: PanelRotationSetting | null): Promise<PanelRotation>;
  /** Returns to the setting before the last change. */
  restore(id: string): Promise<PanelRotation>;
  /**
   * Rotates each log file of an app now.
   *
   * @returns Bytes that were moved.
   * @throws AppError `conflict` if its rotation is off, or as `change`; `forbidden`, `upstream_unavailable`
   */
  rotate(id: string): Promise<number>;
  /** Ends with the file that is being rotated. */
  close(): Promise<void>;
}

interface Row {
  app: string;
  setting: string | null;
  previous: string | null;
  rotated_at: string | null;
}

export function createPanelRotations({
  database,
  processes,
  log,
}: {
  database: DatabaseSync;
  processes: Pick<ProcessHost, "details" | "logPaths" | "linkOf">;
  log: Log;
}): PanelRotations {
  const read = database.prepare("SELECT * FROM log_rotation WHERE app = ?");
  const active = database.prepare("SELECT * FROM log_rotation WHERE setting IS NOT NULL ORDER BY app");
  const count = database.prepare("SELECT count(*) AS apps FROM log_rotation WHERE app != ?");
  const write = database.prepare(
    "INSERT INTO log_rotation (app, setting, previous) VALUES (?, ?, ?) " +
      "ON CONFLICT (app) DO UPDATE SET setting = excluded.setting, previous = excluded.previous",
  );
  const noteRotation = database.prepare("UPDATE log_rotation SET rotated_at = ? WHERE app = ?");
  const problems = new Map<string, string>();
  const oneAtATime = pLimit(1);
  let isClosed = false;

  const rowOf = (id: string) => read.get(id) as Row | undefined;
  const save = (id: string, setting: string | null) => {
    if ((count.get(id) as { apps: number }).apps >= MAX_APPS) throw new AppError("conflict", messages.tooManyRotations);
    write.run(id, setting, rowOf(id)?.setting ?? null);
    problems.delete(id);
  };
  const rotationOf = async (id: string) => (await processes.details(id)).logRotation;

  const of = async (id: string, known?: LogRotation): Promise<PanelRotation> => {
    const rotation = known ?? (await rotationOf(id));
    const row = rowOf(id);
    const [link, paths] = await Promise.all([processes.linkOf(id), processes.logPaths(id)]);
    // A daemon that is away for a moment does not fail what is known of it.
    const answers = await Promise.all(paths.map((path) => link.canRotate(path).catch(() => null)));
    return {
      setting: parseSetting(row?.setting),
      refusal: refusalOf(link, rotation, paths),
      lossless: answers.includes(false) ? false : answers.includes(null) ? null : true,
      rotatedAt: row?.rotated_at ?? null,
      problem: problems.get(id) ?? null,
    };
  };

  /** @param minBytes Size from which a file is rotated */
  const rotateFiles = async (id: string, setting: PanelRotationSetting, minBytes: number): Promise<number> => {
    let bytes = 0;
    const link = await processes.linkOf(id);
    for (const path of await processes.logPaths(id)) {
      bytes += await oneAtATime(async () => {
        if (isClosed || (await sizeOf(link, path)) < minBytes) return 0;
        return link.rotateFile(path, setting);
      });
    }
    problems.delete(id);
    if (bytes > 0) noteRotation.run(new Date().toISOString(), id);
    return bytes;
  };

  /** Rotates what has reached its size. */
  const check = async ({ app: id, setting: text }: Row): Promise<void> => {
    const setting = parseSetting(text);
    if (!setting) return;
    try {
      const [link, paths] = await Promise.all([processes.linkOf(id), processes.logPaths(id)]);
      const sizes = await Promise.all(paths.map((path) => sizeOf(link, path)));
      if (sizes.every((size) => size < setting.maxBytes)) return;
      const refusal = refusalOf(link, await rotationOf(id), paths);
      if (refusal !== null) throw new AppError("conflict", refusal);
      await rotateFiles(id, setting, setting.maxBytes);
    } catch (error) {
      const known = toAppError(error);
      // The app was deleted, or PM2 is away.
      if (known.code === "not_found" || known.code === "upstream_unavailable") return;
      if (problems.get(id) !== known.message) log.warn({ err: error, app: id }, "a log could not be rotated");
      problems.set(id, known.message);
    }
  };

  let timer: NodeJS.Timeout | undefined;
  let checking: Promise<void> = Promise.resolve();
  const checkAll = async () => {
    for (const row of active.all() as unknown as Row[]) if (!isClosed) await check(row);
  };
  const schedule = () => {
    if (isClosed) return;
    timer = setTimeout(() => {
      checking = checkAll()
        .catch((error: unknown) => log.error({ err: error }, "the rotation of logs failed"))
        .then(schedule);
    }, CHECK_MS);
    timer.unref();
  };
  schedule();

  return {
    of,
    async change(id, setting) {
      const { refusal, lossless } = await of(id);
      if (setting && refusal !== null) throw new AppError("conflict", refusal);
      if (setting && lossless === false && !setting.mayLose) {
        throw new AppError("not_supported", messages.rotationLoses);
      }
      save(id, setting && JSON.stringify(setting));
      return of(id);
    },
    async restore(id) {
      save(id, rowOf(id)?.previous ?? null);
      return of(id);
    },
    async rotate(id) {
      const { setting, refusal } = await of(id);
      if (refusal !== null) throw new AppError("conflict", refusal);
      if (!setting) throw new AppError("conflict", messages.rotationOff);
      return rotateFiles(id, setting, 0);
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await checking;
      await oneAtATime(() => undefined);
    },
  };
}

/** 0 for what cannot be seen: its rotation would fail. */
const sizeOf = (link: DaemonLink, path: string): Promise<number> =>
  link.statFile(path).then(
    (file) => file?.size ?? 0,
    () => 0,
  );

function parseSetting(text: string | null | undefined): PanelRotationSetting | null {
  return text ? (panelRotationSettingSchema.safeParse(JSON.parse(text)).data ?? null) : null;
}

function refusalOf(link: DaemonLink, { by, rule }: LogRotation, paths: readonly string[]): string | null {
  if (!link.canWrite) return link.readOnlyHint ?? messages.rotationReadOnly;
  if (by === "pm2-logrotate") return messages.rotatedByModule;
  if (by === "logrotate") return messages.rotatedByRule(rule ?? "");
  return paths.length === 0 ? messages.noLogs : null;
}
