import { readRangeEnd } from "../../lib/time-range.ts";
import { levelChoiceNames } from "./search/log-level-choice.ts";
import { type LogQuery, noQuery } from "./search/log-query.ts";

export const layouts = ["merged", "columns"] as const;
export type LogLayout = (typeof layouts)[number];

/** All that a link to a log view says. */
export interface LogAddress {
  /** Names of containers; all when nothing is named. */
  containers: string[];
  /** Ids of deployments: PM2 processes. */
  processes: string[];
  layout: LogLayout;
  query: LogQuery;
  /** Id of a stored line to show in its place. */
  line: string | undefined;
  /** The dialog that chooses logs is open. */
  choosing?: boolean;
}

/** Logs one view may be of. */
export const CONTAINERS_MAX = 24;
const NAME_MAX = 255;
const TEXT_MAX = 1_000;

const oneOf = <T extends string>(choices: readonly T[], value: string | null, otherwise: T): T =>
  choices.find((choice) => choice === value) ?? otherwise;

/** Reads the part of an address after the question mark; what cannot be meant is left out. */
export function parseLogAddress(search: string, initial: Partial<LogQuery> = {}): LogAddress {
  const given = new URLSearchParams(search);
  const namesOf = (parameter: string) =>
    new Set(given.getAll(parameter).filter((name) => name !== "" && name.length <= NAME_MAX));
  const containers = [...namesOf("c")].slice(0, CONTAINERS_MAX);
  const line = given.get("line");
  return {
    containers,
    processes: [...namesOf("p")].slice(0, CONTAINERS_MAX - containers.length),
    layout: oneOf(layouts, given.get("view"), "merged"),
    query: {
      ...noQuery,
      ...initial,
      text: (given.get("q") ?? "").slice(0, TEXT_MAX),
      regex: given.get("regex") === "1",
      // A line is shown among its neighbours, whether they match or not.
      only: line === null && (given.has("only") ? given.get("only") === "1" : (initial.only ?? false)),
      level: oneOf(levelChoiceNames, given.get("level"), "all"),
      stream: oneOf(["all", "stdout", "stderr"], given.get("stream"), "all"),
      since: readRangeEnd(given.get("since"), { ages: true }),
      until: readRangeEnd(given.get("until"), { ages: false }),
    },
    line: line && /^[a-z0-9-]{1,64}$/.test(line) ? line : undefined,
    ...(given.get("choose") === "1" ? { choosing: true } : {}),
  };
}

/** The part of an address after the question mark, with it; empty for the plain page. */
export function formatLogAddress(
  { containers, processes, layout, query, line, choosing }: LogAddress,
  initial: Partial<LogQuery> = {},
): string {
  const given = new URLSearchParams([...containers.map((name) => ["c", name]), ...processes.map((id) => ["p", id])]);
  const put = (name: string, value: string | undefined) => value && given.set(name, value);
  put("view", layout === "merged" ? undefined : layout);
  put("q", query.text);
  put("regex", query.regex ? "1" : undefined);
  if (line === undefined && query.only !== (initial.only ?? false)) given.set("only", query.only ? "1" : "0");
  put("level", query.level === "all" ? undefined : query.level);
  put("stream", query.stream === "all" ? undefined : query.stream);
  put("since", query.since);
  put("until", query.until);
  put("line", line);
  put("choose", choosing ? "1" : undefined);
  const text = given.toString();
  return text === "" ? "" : `?${text}`;
}

export interface LogSelection {
  containers?: readonly string[];
  processes?: readonly string[];
}

/** The address of the page that shows these logs, as one log or side by side. */
export const logsHref = ({ containers = [], processes = [] }: LogSelection, layout: LogLayout): string =>
  `/logs${formatLogAddress({ containers: [...containers], processes: [...processes], layout, query: noQuery, line: undefined })}`;
