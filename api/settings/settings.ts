import type { DatabaseSync } from "node:sqlite";
import { checkEntry, entryProblems, isLauncher } from "../../shared/protocol/allowed-entry.ts";
import {
  LIST_ENTRIES_MAX,
  type ListSettingName,
  listSettingNames,
  type NumberSettingName,
  numberSettingNames,
  numberSettings,
  type SettingName,
} from "../../shared/protocol/setting-limits.ts";
import type { ListSetting, NumberSetting, Setting } from "../../shared/protocol/settings.ts";
import type { Config } from "../../shared/server/config.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { messages } from "./messages.ts";
import { findProgram } from "./program.ts";
import { createSettingStore } from "./store.ts";

/** Who changes a setting, and the version that the caller has read. */
export interface SettingChange {
  version: number;
  by: string;
}

/**
 * What administrators change while the server runs. Lists add to those of the environment; of single values, the
 * environment's takes precedence.
 */
export interface Settings {
  /** The configuration of the environment, with the settings in effect. Read its properties when they are used. */
  readonly config: Config;
  list(): Setting[];
  /** @throws AppError `not_found` */
  find(name: string): Setting;
  /** Changes a number; null restores the default. @throws AppError `invalid_input`, `conflict` */
  setNumber(name: NumberSettingName, value: number | null, change: SettingChange): NumberSetting;
  /** Replaces what was added to a list. @throws AppError `invalid_input`, `conflict` */
  setList(name: ListSettingName, entries: readonly string[], change: SettingChange): ListSetting;
  /** The value before the last change, for an undo. @throws AppError `conflict` when there was no change */
  previous(name: SettingName): unknown;
  /** Calls a function after each change of one of these settings. What it throws is logged. */
  onChange(names: readonly SettingName[], apply: () => void | Promise<void>): void;
}

export interface SettingsOptions {
  database: DatabaseSync;
  config: Config;
  log: Log;
}

/** Reads the stored settings and keeps them in memory. A stored value that is not valid any more is ignored, and logged. */
export function createSettings({ database, config, log }: SettingsOptions): Settings {
  const store = createSettingStore(database);
  const listeners: { names: readonly SettingName[]; apply: () => void | Promise<void> }[] = [];
  const numbers = new Map<NumberSettingName, number | null>();
  const lists = new Map<ListSettingName, string[]>();

  const load = () => {
    for (const name of numberSettingNames) {
      const value = store.get(name)?.value ?? null;
      const isUsable = value === null || (typeof value === "number" && numberProblem(name, value) === undefined);
      if (!isUsable) log.warn({ setting: name }, "a stored setting is not valid and is ignored");
      numbers.set(name, isUsable ? value : null);
    }
    for (const name of listSettingNames) {
      const value = store.get(name)?.value ?? [];
      const entries = (Array.isArray(value) ? value : []).filter(
        (entry): entry is string => typeof entry === "string" && "entry" in checkEntry(name, entry),
      );
      if (!Array.isArray(value) || entries.length < value.length) {
        log.warn({ setting: name }, "a stored setting is not valid and is ignored");
      }
      lists.set(name, entries);
    }
  };
  load();

  const isFixed = (name: NumberSettingName) => config.setVariables.has(name);
  const numberInEffect = (name: NumberSettingName) =>
    isFixed(name) ? config[name] : (numbers.get(name) ?? config[name]);
  const listInEffect = (name: ListSettingName) => [...config[name], ...(lists.get(name) ?? [])];

  const live: Config = { ...config };
  for (const name of numberSettingNames) {
    Object.defineProperty(live, name, { enumerable: true, get: () => numberInEffect(name) });
  }
  for (const name of listSettingNames) {
    Object.defineProperty(live, name, { enumerable: true, get: () => listInEffect(name) });
  }

  const common = (name: SettingName) => {
    const { version = 0, changedAt = null, changedBy = null } = store.get(name) ?? {};
    return { version, changedAt, changedBy };
  };
  const showNumber = (name: NumberSettingName): NumberSetting => {
    const stored = numbers.get(name) ?? null;
    const source = isFixed(name) ? "environment" : stored === null ? "default" : "settings";
    return { kind: "number", name, value: numberInEffect(name), source, stored, ...common(name) };
  };
  const showList = (name: ListSettingName): ListSetting => {
    const describe = (entry: string, source: "environment" | "settings") => {
      const checked = checkEntry(name, entry);
      const program = name === "MCP_ALLOWED_COMMANDS" ? findProgram(entry.split(/\s+/, 1)[0] ?? "") : undefined;
      // A shell in the environment does match: an administrator who can write that file may start anything.
      const never = source === "environment" && "problem" in checked && checked.problem !== entryProblems.shell;
      return { entry, source, program, problem: never ? checked.problem : null };
    };
    const own = (lists.get(name) ?? []).map((entry) => describe(entry, "settings"));
    return {
      kind: "list",
      name,
      entries: [...config[name].map((entry) => describe(entry, "environment")), ...own],
      ...common(name),
    };
  };
  const show = (name: SettingName): Setting =>
    name in numberSettings ? showNumber(name as NumberSettingName) : showList(name as ListSettingName);
  const names: SettingName[] = [...numberSettingNames, ...listSettingNames];

  const save = (name: SettingName, value: unknown, { version, by }: SettingChange) => {
    store.set(name, value, version, by);
    load();
    for (const { names, apply } of listeners) {
      if (!names.includes(name)) continue;
      // The setting is stored: a part that cannot follow now does so at the next start.
      void (async () => apply())().catch((error: unknown) =>
        log.error({ err: error, setting: name }, "a changed setting could not be applied"),
      );
    }
  };

  return {
    config: live,
    list: () => names.map(show),
    find(name) {
      const known = names.find((one) => one === name);
      if (known === undefined) throw new AppError("not_found", messages.noSuchSetting);
      return show(known);
    },
    setNumber(name, value, change) {
      const problem = value === null ? undefined : numberProblem(name, value);
      if (problem !== undefined) throw new AppError("invalid_input", problem);
      if (isFixed(name)) throw new AppError("conflict", messages.setByEnvironment(name));
      save(name, value, change);
      return showNumber(name);
    },
    setList(name, entries, change) {
      save(name, checkList(name, entries), change);
      return showList(name);
    },
    previous(name) {
      const stored = store.get(name);
      if (!stored) throw new AppError("conflict", messages.nothingToUndo);
      return stored.previous;
    },
    onChange: (changed, apply) => void listeners.push({ names: changed, apply }),
  };
}

function numberProblem(name: NumberSettingName, value: number): string | undefined {
  const { min, max, whole } = numberSettings[name];
  const isValid = Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value));
  return isValid ? undefined : messages.outOfRange(min, max, whole);
}

/** @throws AppError `invalid_input` with the position of the first entry that is not accepted */
function checkList(name: ListSettingName, entries: readonly string[]): string[] {
  if (entries.length > LIST_ENTRIES_MAX) throw new AppError("invalid_input", messages.tooMany(LIST_ENTRIES_MAX));
  const accepted: string[] = [];
  for (const [index, text] of entries.entries()) {
    const checked = checkEntry(name, text);
    if ("problem" in checked) throw new AppError("invalid_input", messages.entry(index + 1, checked.problem));
    if (accepted.includes(checked.entry)) throw new AppError("invalid_input", messages.twice(index + 1));
    if (name === "MCP_ALLOWED_COMMANDS" && startsLauncher(checked.entry)) {
      throw new AppError("invalid_input", messages.entry(index + 1, entryProblems.shell));
    }
    accepted.push(checked.entry);
  }
  return accepted;
}

/** Whether the program of an entry is a link to a shell or a launcher. */
const startsLauncher = (entry: string): boolean => {
  const program = findProgram(entry.split(" ", 1)[0] ?? "");
  return program !== null && isLauncher(program);
};
