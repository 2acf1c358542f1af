/** Longest password, in bytes of UTF-8: a longer one is refused before anything is hashed. */
export const PASSWORD_MAX_BYTES = 1024;
/** Shortest new password, in characters. */
export const PASSWORD_MIN_LENGTH = 15;
