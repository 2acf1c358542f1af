import type { Finding } from "../../../shared/protocol/stack.ts";
import { readComposeText } from "./document.ts";
import { checkKeys } from "./keys.ts";
import { checkSemantics, type HostContext } from "./semantics.ts";

/** Checks a compose file without running Compose. Findings are in the order of the text. */
export function checkComposeText(text: string, context: HostContext): Finding[] {
  const read = readComposeText(text);
  // The meaning of a file with YAML errors is unknown: only those errors are reported.
  const findings = read.faults.length > 0 ? read.faults : [...checkKeys(read), ...checkSemantics(read, text, context)];
  return findings.sort((a, b) => a.line - b.line || a.column - b.column);
}
