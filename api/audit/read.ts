import { type FileHandle, open } from "node:fs/promises";
import type { AuditEntry, AuditQuery } from "../../shared/protocol/account.ts";
import { actionPhrase } from "../../shared/protocol/action-labels.ts";
import { parseLine } from "./chain.ts";
import { closedFiles, currentFile } from "./files.ts";

const BLOCK_BYTES = 64 * 1024;
/** Most bytes read for one page. A search with a rare filter continues with `before`. */
const SCAN_MAX_BYTES = 32 * 1024 * 1024;

export interface AuditPage {
  /** Newest first. */
  entries: AuditEntry[];
  /** Value of `before` for the next page; null at the end. */
  next: number | null;
}

/** Reads a page of the trail, backwards from its end. */
export async function readTrail(folder: string, query: AuditQuery): Promise<AuditPage> {
  const matches = toFilter(query);
  const entries: AuditEntry[] = [];
  /** Requests whose outcome was found: their `begun` entry adds nothing. */
  const finished = new Set<string>();
  const paths = [
    ...closedFiles(folder).map((file) => ({ ...file })),
    { path: currentFile(folder), first: 0 },
  ].reverse();
  let budget = SCAN_MAX_BYTES;
  for (const { path, first } of paths) {
    if (query.before !== undefined && first >= query.before) continue;
    for await (const line of linesBackwards(path)) {
      const entry = parseLine(line);
      if (!entry || (query.before !== undefined && entry.sequence >= query.before)) continue;
      budget -= line.length;
      if (budget < 0) return { entries, next: entry.sequence + 1 };
      if (entry.outcome === "begun" && finished.has(entry.requestId)) continue;
      if (entry.outcome !== "begun") remember(finished, entry.requestId);
      if (!matches(entry, line)) continue;
      entries.push(entry);
      if (entries.length === query.limit) return { entries, next: entry.sequence > 1 ? entry.sequence : null };
    }
  }
  return { entries, next: null };
}

/** Far more than the number of actions at the same time. */
const MAX_FINISHED = 2_000;
function remember(finished: Set<string>, requestId: string): void {
  finished.add(requestId);
  if (finished.size > MAX_FINISHED) for (const oldest of finished) return void finished.delete(oldest);
}

function toFilter({ who, action, outcome, since, until, text }: AuditQuery) {
  const from = since && new Date(since).toISOString();
  const to = until && new Date(until).toISOString();
  const wanted = text?.toLowerCase();
  return (entry: AuditEntry, line: string): boolean =>
    (!who || entry.actor.id === who || entry.actor.name.toLowerCase() === who.toLowerCase()) &&
    (!action || entry.action === action || entry.action.startsWith(`${action}:`)) &&
    (!outcome || entry.outcome === outcome) &&
    (!from || entry.at >= from) &&
    (!to || entry.at <= to) &&
    (!wanted || line.toLowerCase().includes(wanted) || phraseOf(entry).includes(wanted));
}

/** The entry as the page shows it. */
const phraseOf = ({ action, target, outcome }: AuditEntry): string =>
  actionPhrase(action, target, outcome === "done" ? "done" : "do").toLowerCase();

async function* linesBackwards(path: string): AsyncGenerator<string> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return; // nothing written yet, or removed in the meantime
    throw error;
  }
  try {
    let end = (await file.stat()).size;
    let rest = Buffer.alloc(0); // start of the following block, which belongs to a line of this block
    while (end > 0) {
      const start = Math.max(0, end - BLOCK_BYTES);
      const block = Buffer.alloc(end - start);
      await file.read(block, 0, block.length, start);
      const bytes = Buffer.concat([block, rest]);
      const cut = start === 0 ? 0 : bytes.indexOf(0x0a) + 1;
      if (start > 0 && cut === 0 && bytes.length > 16 * BLOCK_BYTES) return; // no line of the trail is that long
      rest = cut === 0 && start > 0 ? bytes : bytes.subarray(0, cut);
      const whole = cut === 0 && start > 0 ? [] : bytes.subarray(cut).toString("utf8").split("\n");
      for (const line of whole.reverse()) if (line !== "") yield line;
      end = start;
    }
  } finally {
    await file.close();
  }
}
