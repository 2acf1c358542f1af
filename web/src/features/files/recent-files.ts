import { noteRecent, readRecent } from "../../lib/recent.ts";

/** Files that the palette lists. */
const MAX = 20;
const NAME = "files";

/** Paths of the files that an account opened last in this browser, the newest first. */
export const recentFiles = (account: string): readonly string[] => readRecent(account, NAME);

export const noteRecentFile = (account: string, path: string): void => noteRecent(account, NAME, path, MAX);
