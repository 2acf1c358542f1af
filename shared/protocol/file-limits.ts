/** Largest file the editor reads or writes as text, in bytes. */
export const TEXT_FILE_MAX = 2 * 1024 * 1024;
