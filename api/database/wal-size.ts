/**
 * Size to which a connection shortens the write-ahead log of its database, in bytes: a long read makes it grow, and SQLite
 * alone keeps the file that large. The limit holds for one connection, so each that writes sets it.
 */
export const WAL_MAX_BYTES = 8 * 1024 * 1024;
