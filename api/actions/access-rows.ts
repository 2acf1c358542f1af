import type { AccessEntry, AccessTable, RouteKey } from "../http/access-entry.ts";
import type { AnyAction } from "./action.ts";

/**
 * The rows of the access table that follow from a list of actions.
 *
 * @throws TypeError when two actions share a route
 */
export function accessOf(actions: readonly AnyAction[]): AccessTable {
  const table: Record<RouteKey, AccessEntry> = {};
  for (const action of actions) {
    const route: RouteKey = `${action.method} /api${action.path}` as RouteKey;
    if (route in table) throw new TypeError(`Two actions have the route ${route}.`);
    table[route] = accessEntryOf(action);
  }
  return table;
}

/** The row of one action. */
export function accessEntryOf(action: AnyAction): AccessEntry {
  const { permission, name, stepUp, streamedBody, hostScope, fullScope } = action;
  const entry: AccessEntry = { rule: permission, action: name };
  if (hostScope === true) entry.scope = "host";
  if (fullScope) entry.scope = "all";
  if (stepUp) entry.stepUp = true;
  if (stepUp === "scoped-keys") entry.scopedKeys = true;
  if (streamedBody) entry.rawBody = true;
  return entry;
}
