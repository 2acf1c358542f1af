import type { z } from "zod";
import type { ChangeMcpServer } from "../../shared/protocol/mcp.ts";
import type { mcpOAuth, mcpOAuthView } from "../../shared/protocol/mcp-sign-in.ts";
import { AppError } from "../../shared/server/errors.ts";
import { messages } from "./messages.ts";
import type { McpTransport } from "./store.ts";

/**
 * Replaces each `null` of a change with the stored value.
 *
 * A value is only kept for the program or address it was entered for; otherwise a change would reveal it.
 * @throws AppError `invalid_input` when a value is missing.
 */
export function mergeSecrets(before: McpTransport, after: ChangeMcpServer["transport"]): McpTransport {
  if (after.type === "stdio") {
    const stored = before.type === "stdio" && isSameCall(before, after) ? before.env : {};
    return { ...after, env: merge(stored, after.env) };
  }
  const kept = before.type === "http" && new URL(before.url).origin === new URL(after.url).origin ? before : undefined;
  const { oauth, ...rest } = after;
  const merged = { ...rest, headers: merge(kept?.headers ?? {}, after.headers) };
  if (!oauth) return merged;
  const { clientId, clientSecret, scope } = oauth;
  if (clientSecret === undefined) return { ...merged, oauth: { clientId, scope } };
  // A secret belongs to one client.
  const stored = kept?.oauth?.clientId === clientId ? kept?.oauth?.clientSecret : undefined;
  const secret = clientSecret ?? stored;
  if (secret === undefined) throw new AppError("invalid_input", messages.valueAgain);
  return { ...merged, oauth: { clientId, clientSecret: secret, scope } };
}

const isSameCall = (a: { command: string; args: string[] }, b: { command: string; args: string[] }): boolean =>
  JSON.stringify([a.command, a.args]) === JSON.stringify([b.command, b.args]);

function merge(stored: Record<string, string>, given: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const merged = value ?? (Object.hasOwn(stored, name) ? stored[name] : undefined);
      if (merged === undefined) {
        throw new AppError("invalid_input", messages.valueAgain);
      }
      return [name, merged];
    }),
  );
}

/** A client that was entered by hand, without its secret. */
export const oauthView = (oauth: z.output<typeof mcpOAuth>): z.output<typeof mcpOAuthView> => ({
  clientId: oauth.clientId ?? null,
  hasClientSecret: oauth.clientSecret !== undefined,
  scope: oauth.scope ?? null,
});
