import type { Finding } from "../../../shared/protocol/stack.ts";
import { readComposeText } from "./document.ts";
import { checkKeys } from "./keys.ts";
import { checkMeaning, type Surroundings } from "./semantics.ts";

/** All that can be said of a compose file without Compose, in the order of the text. */
export function checkComposeText(text: string, surroundings: Surroundings): Finding[] {
  const read = readComposeText(text);
  // What a broken file means is anybody's guess: its own faults come first.
  const findings =
    read.faults.length > 0 ? read.faults : [...checkKeys(read), ...checkMeaning(read, text, surroundings)];
  return findings.sort((one, other) => one.line - other.line || one.column - other.column);
}
