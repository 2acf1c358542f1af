import type { ShellEnd } from "../../../../shared/protocol/shell-limits.ts";

const endMessages: Record<Exclude<ShellEnd, "exited">, string> = {
  no_shell: "This image has no such shell. Images made for a single program often have none.",
  no_user: "There is no such user in this container.",
  ended: "This shell was ended.",
  idle: "This shell has ended: no browser was attached to it for too long.",
  revoked: "This shell was ended together with the session that opened it.",
  container: "The container stopped, and the shell with it.",
  unavailable: "The connection to the Docker Engine broke, and the shell was lost.",
  stopping: "The realtime server stopped, and the shell with it.",
  lost: "This shell no longer exists: it has ended, or the server that held its terminal was restarted.",
};

/** Says in one sentence why a shell has ended. */
export function endMessage(code: ShellEnd, exitCode: number | undefined): string {
  if (code === "exited") return exitCode ? `The shell ended with code ${exitCode}.` : "The shell ended.";
  return endMessages[code];
}

export const shellMessages = {
  loading: "Loading open shells",
  notRunning: "Not running",
  notRunningHint: "Start the container to open a shell.",
  none: "No shell is open",
  noneHint:
    "A shell keeps running for ten minutes after this page is left or reloaded. The audit trail names who opened it.",
  shell: "Shell",
  automatic: "Automatic",
  user: "User",
  imageDefault: "image default",
  open: "Open shell",
  openAnother: "Open another shell",
  openShells: "Open shells",
  name: (number: number) => `Shell ${number}`,
  screen: (number: number | undefined, container: string) => `Shell ${number ?? ""} in ${container}`,
  connecting: "Connecting…",
  dismiss: "Dismiss",
  end: (number: number) => `End shell ${number}`,
  endTitle: (number: number) => `End shell ${number}?`,
  endAction: "End shell",
  endBody: "Everything that runs in it is ended too.",
  enterFullWindow: "Fill the window",
  leaveFullWindow: "Leave the full window",
  others: "Shells of others",
  other: (owner: string, user: string) => `${owner} has a shell open here${user ? ` as ${user}` : ""}.`,
  endOther: "End it",
} as const;
