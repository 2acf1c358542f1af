import type { ChangeMcpServer } from "../../shared/protocol/mcp.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { McpTransport } from "./store.ts";

/**
 * Puts stored values where a change says `null`. Throws `invalid_input` where there is none, or where it would go to another
 * program or address than it was given for: that would be a way to read it.
 */
export function mergeSecrets(before: McpTransport, after: ChangeMcpServer["transport"]): McpTransport {
  if (after.type === "stdio") {
    const stored = before.type === "stdio" && isSameCall(before, after) ? before.env : {};
    return { ...after, env: merge(stored, after.env) };
  }
  const stored =
    before.type === "http" && new URL(before.url).origin === new URL(after.url).origin ? before.headers : {};
  return { ...after, headers: merge(stored, after.headers) };
}

const isSameCall = (one: { command: string; args: string[] }, other: { command: string; args: string[] }): boolean =>
  JSON.stringify([one.command, one.args]) === JSON.stringify([other.command, other.args]);

function merge(stored: Record<string, string>, given: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const merged = value ?? (Object.hasOwn(stored, name) ? stored[name] : undefined);
      if (merged === undefined) {
        throw new AppError("invalid_input", "A value must be given again when the program or address changes.");
      }
      return [name, merged];
    }),
  );
}
