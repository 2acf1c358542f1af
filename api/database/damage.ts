/** Result codes of SQLite for a file with wrong content: tables of another kind, damaged pages, no database. */
const damages = [1, 11, 26];

/** Whether the content of a file is why it cannot be opened, rather than the disk, its space, a lock or missing rights. */
export function isDamage(error: unknown): boolean {
  const { code, errcode, message } = error as { code?: unknown; errcode?: unknown; message?: unknown };
  if (code !== "ERR_SQLITE_ERROR") return code === undefined;
  // Extended codes have the primary one in their lowest byte. Deno gives no code at all.
  return typeof errcode === "number"
    ? damages.includes(errcode & 0xff)
    : /malformed|not a database/.test(String(message));
}
