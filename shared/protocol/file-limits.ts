/** Largest file the editor reads or writes as text, in bytes. */
export const TEXT_FILE_MAX = 2 * 1024 * 1024;
/** Largest picture that the page shows, in bytes. */
export const PICTURE_MAX = 16 * 1024 * 1024;
