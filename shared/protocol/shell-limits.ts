// Separate from shell.ts: the page imports these values without the schema library.

/** Commands that can run as a shell. `auto` takes the first that exists: bash, ash, sh. */
export const shellCommands = ["auto", "bash", "ash", "zsh", "sh"] as const;
export type ShellCommand = (typeof shellCommands)[number];

/**
 * Why a shell ended:
 * - `exited`: by itself
 * - `no_shell`, `no_user`: the container has no such command or user
 * - `ended`: a user closed it
 * - `idle`: nobody was attached for too long
 * - `revoked`: its owner lost the access
 * - `container`: the container stopped or was removed
 * - `unavailable`: the connection to the Engine broke
 * - `stopping`: the realtime server stopped
 * - `lost`: the realtime server was killed, and with it the terminal of the shell
 */
export const shellEnds = [
  ...(["exited", "no_shell", "no_user", "ended", "idle", "revoked", "container", "unavailable", "stopping"] as const),
  "lost",
] as const;
export type ShellEnd = (typeof shellEnds)[number];

/** Longest text of one `shell:input`, in characters. */
export const SHELL_INPUT_MAX = 8_192;
/** Unread output beyond which the server waits for `shell:progress`, in bytes. */
export const SHELL_WINDOW = 256 * 1024;
/** Output that a viewer reads before it sends `shell:progress`, in bytes. */
export const SHELL_PROGRESS = 96 * 1024;
