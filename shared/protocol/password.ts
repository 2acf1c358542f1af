/** Bytes of the longest password: above it a request is refused before anything is hashed. */
export const PASSWORD_MAX_BYTES = 1024;
/** Characters of the shortest password a user may choose. */
export const PASSWORD_MIN_LENGTH = 15;
