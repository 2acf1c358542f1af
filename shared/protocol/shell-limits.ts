// Apart, so that the page knows them without loading the schema library.

/** What may be run as a shell: `auto` takes bash where there is one, else ash, else sh. */
export const shellCommands = ["auto", "bash", "ash", "zsh", "sh"] as const;
export type ShellCommand = (typeof shellCommands)[number];

/**
 * Why a shell is over: `exited` by itself, `no_shell` (the image has none such), `no_user` (nor that user), `ended` by
 * somebody, `idle` (nobody was attached for too long), `revoked`, `container` (it stopped or went), `unavailable` (the
 * Engine's connection broke), `stopping` (the realtime server stopped), `lost` (it was killed, and the shell's terminal
 * with it).
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
/** Output a viewer reads before it tells so, in bytes. */
export const SHELL_PROGRESS = 96 * 1024;

/** A shell that somebody has open in a container. */
export interface Shell {
  id: string;
  command: ShellCommand;
  /** Empty: the user of the image. */
  user: string;
  openedBy: { kind: "user" | "key"; id: string; name: string };
  /** ISO 8601. */
  openedAt: string;
  /** Whether whoever asks opened it, and may attach to it. */
  mine: boolean;
}
