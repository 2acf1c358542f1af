import { withTimeout } from "../server/async/with-timeout.ts";
import type { Account } from "./accounts.ts";
import type { ProcessEntry } from "./process-views.ts";

/** Users of one daemon's processes that are looked up, and how long a list waits for their names. */
const MAX_USERS = 50;
const LOOKUP_MS = 300;

/** Names of the users that processes run as by PM2's setting `uid`, by their number; `#1001` for those that are unknown. */
export async function findRunUsers(
  entries: readonly ProcessEntry[],
  accountOf: (uid: number) => Promise<Account>,
): Promise<Map<number, string>> {
  const uids = [...new Set(entries.flatMap(({ pm2_env: { uid } }) => (uid ? [uid] : [])))];
  const name = async (uid: number, index: number): Promise<[number, string]> => {
    const unnamed = `#${uid}`;
    if (index >= MAX_USERS) return [uid, unnamed];
    const found = await withTimeout(accountOf(uid), LOOKUP_MS, () => undefined);
    return [uid, found?.name ?? unnamed];
  };
  return new Map(await Promise.all(uids.map(name)));
}
