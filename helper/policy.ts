import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Accounts } from "./accounts.ts";
import type { FoundDaemon } from "./daemons.ts";
import { findChangeable } from "./root-owned.ts";

/** Root's file with the users for whom the helper may act. */
export const policyFile = z.strictObject({
  /** Users without further rights. */
  users: z.array(z.string().max(64)).max(500).default([]),
  /** Users who are root in effect: root itself, and members of the groups in `accounts.ts`. */
  privileged: z.array(z.string().max(64)).max(500).default([]),
});
type PolicyFile = z.infer<typeof policyFile>;

export interface Right {
  canWrite: boolean;
  /** Why not, and who can change that. */
  hint: string | null;
}

export interface Policy {
  /**
   * Whether the helper may act as the user of this daemon. A daemon can have groups that its user has not, or no longer: what
   * it starts has them too. Reads the file again, and with `fresh` the accounts.
   */
  rightOf(daemon: DaemonRights, options?: { fresh?: boolean }): Promise<Right>;
}

/** With whose rights a daemon runs. */
export type DaemonRights = Pick<FoundDaemon, "uid" | "gids" | "hasCapabilities">;

const MAX_BYTES = 64 * 1024;
const no = (hint: string): Right => ({ canWrite: false, hint });

/** @param path Root's file. Without it nobody may be acted for; everybody may be looked at. */
export function createPolicy(path: string, accounts: Accounts): Policy {
  return {
    async rightOf({ uid, gids, hasCapabilities }, options) {
      const file = await readPolicy(path);
      if (file === "unsafe")
        return no("Root's file of the helper can be changed by others, so nobody may be acted for.");
      if (file === "invalid") return no("Root's file of the helper is not valid, so nobody may be acted for.");
      const account = await accounts.find(uid, options);
      if (!account) return no("The user of this daemon does not exist any more.");
      const { name } = account;
      if (file.privileged.includes(name)) return { canWrite: true, hint: null };
      const groups = await accounts.privilegedOf(gids, options);
      const privileged =
        account.privileged ??
        (groups.length > 0 ? `this daemon of ${name} runs with the group ${groups.join(" and ")}` : null) ??
        (hasCapabilities ? `this daemon of ${name} runs with capabilities of root` : null);
      if (privileged !== null) {
        return no(`Read-only: ${privileged}. To allow it, as root: ai-desktop helper allow --privileged ${name}`);
      }
      if (file.users.includes(name)) return { canWrite: true, hint: null };
      return no(`Read-only. To allow changes, as root: ai-desktop helper allow ${name}`);
    },
  };
}

async function readPolicy(path: string): Promise<PolicyFile | "unsafe" | "invalid"> {
  try {
    if (findChangeable(path)) return "unsafe";
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > MAX_BYTES) return "invalid";
    return policyFile.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return isMissing ? { users: [], privileged: [] } : "invalid";
  }
}
