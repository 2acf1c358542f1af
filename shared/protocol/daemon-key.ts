/**
 * The key of a PM2 daemon is what stands before the `:` in the ids of its apps: the user's name, `user@<encoded PM2_HOME>`
 * for a daemon elsewhere than in the user's `~/.pm2`, and empty for the panel's own daemon. Safe for browsers.
 */
export const OWN_DAEMON = "";

/** Returns the key of the daemon in the id of a deployment. */
export function daemonOfDeployment(id: string): string {
  const colon = id.indexOf(":");
  return colon === -1 ? OWN_DAEMON : id.slice(0, colon);
}

/** Returns the encoded user in the key of a daemon; empty for the panel's own. */
export const userOfKey = (key: string): string => key.replace(/@%2F.*$/, "");

/** In a scope, stands for all apps of a user (`alice:*`), of one daemon, or of the panel's own daemon (`:*`). */
const ALL_OF = ":*";

/** The entry of a scope for all apps of a daemon, or of a user if `key` is only a user. */
export const allOfDaemon = (key: string): string => `${key}${ALL_OF}`;

/** Whether an entry of a scope, an id or `<key>:*`, includes what another entry includes. */
export function coversDeployment(entry: string, other: string): boolean {
  if (entry === other) return true;
  if (!entry.endsWith(ALL_OF)) return false;
  const key = entry.slice(0, -ALL_OF.length);
  const otherKey = daemonOfDeployment(other);
  return otherKey === key || (key !== OWN_DAEMON && userOfKey(otherKey) === key);
}
