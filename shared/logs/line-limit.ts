/** Longest line that is delivered, in bytes (wire contract); the rest of it is dropped and the cut is marked. */
export const LINE_MAX_BYTES = 1024 * 1024;
export const LINE_CUT_MARK = " … [line cut at 1 MiB]";
