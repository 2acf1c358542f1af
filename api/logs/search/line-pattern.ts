import type { RE2JS } from "re2js";
import { toPlain } from "../../../shared/logs/plain-text.ts";
import { type LogLevel, type LogStream, logLevels } from "../../../shared/protocol/log-search.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { COUNTS, LEVEL_MASK, STDERR } from "../store/block.ts";
import { re2 } from "./re2.ts";

/** Time goes up with the product of line and program: this keeps 64 KiB below about half a second. */
const PROGRAM_MAX = 1_500;
/** More trigrams than these make a look-up slower and no better. */
const TRIGRAMS_MAX = 48;

/** Compiles a pattern that takes linear time whatever it is. Throws `invalid_input` with the reason. */
export function compilePattern(pattern: string): RE2JS {
  let compiled: RE2JS;
  try {
    compiled = re2().RE2JS.compile(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "not understood";
    throw new AppError("invalid_input", `The regular expression is not valid: ${reason.slice(0, 200)}.`);
  }
  if (compiled.programSize() > PROGRAM_MAX) {
    throw new AppError("invalid_input", "The regular expression is too large: use fewer or smaller repetitions.");
  }
  return compiled;
}

export interface LinePatternSpec {
  q?: string | undefined;
  regex?: string | undefined;
  level: readonly LogLevel[];
  stream?: LogStream | undefined;
}

export interface LinePattern {
  /** Whether flags fit: level and stream. */
  fitsFlags(flags: number): boolean;
  /** Whether a block with these counts may hold a line whose flags fit. */
  fitsCounts(counts: Uint32Array): boolean;
  /** Of these counts, those that fit. */
  readonly flagsMatter: boolean;
  /** In lower case; undefined when no text is looked for. */
  readonly text: string | undefined;
  readonly regex: RE2JS | undefined;
  /** Whether the text of a line fits, its flags aside. */
  fitsText(line: string): boolean;
  /** A query of the index that every block with a fitting line answers; undefined when it cannot help. */
  readonly indexQuery: string | undefined;
}

export function createLinePattern({ q, regex, level, stream }: LinePatternSpec): LinePattern {
  const levels = new Set(level.map((name) => logLevels.indexOf(name)));
  const text = q?.toLowerCase();
  const compiled = regex === undefined ? undefined : compilePattern(regex);
  const fits = Array.from({ length: COUNTS }, (_, flags) => {
    if (levels.size > 0 && !levels.has(flags & LEVEL_MASK)) return false;
    return stream === undefined || (stream === "stderr") === ((flags & STDERR) !== 0);
  });
  return {
    fitsFlags: (flags) => fits[flags] === true,
    fitsCounts: (counts) => fits.some((fit, flags) => fit && (counts[flags] ?? 0) > 0),
    flagsMatter: fits.includes(false),
    text,
    regex: compiled,
    fitsText(line) {
      if (text === undefined && compiled === undefined) return true;
      const plain = toPlain(line);
      if (text !== undefined && !plain.toLowerCase().includes(text)) return false;
      return compiled === undefined || compiled.test(plain);
    },
    indexQuery: text === undefined ? undefined : toIndexQuery(text),
  };
}

function toIndexQuery(text: string): string | undefined {
  const characters = [...text];
  const trigrams = new Set<string>();
  for (let index = 0; index + 3 <= characters.length && trigrams.size < TRIGRAMS_MAX; index++) {
    const trigram = characters.slice(index, index + 3).join("");
    // What cannot be stored as it is, the index would not find.
    if (!trigram.includes("\0") && trigram.isWellFormed()) trigrams.add(`"${trigram.replaceAll('"', '""')}"`);
  }
  return trigrams.size === 0 ? undefined : [...trigrams].join(" AND ");
}
