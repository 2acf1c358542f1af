import type { ShellEnd } from "../../../../shared/protocol/shell-limits.ts";

const words: Record<Exclude<ShellEnd, "exited">, string> = {
  no_shell: "This image has no such shell. Images made for one program only often have none at all.",
  no_user: "There is no such user in this container.",
  ended: "This shell was ended.",
  idle: "This shell was ended: nobody had been attached to it for too long.",
  revoked: "This shell was ended with the session that had opened it.",
  container: "The container stopped, and the shell with it.",
  unavailable: "The connection to the Docker Engine broke, and the shell was lost with it.",
  stopping: "The realtime server was stopped, and the shell ended with it.",
  lost: "This shell is no longer there: it has ended, or the server that held its terminal was restarted.",
};

/** How a shell came to its end, in one sentence. */
export function endWords(code: ShellEnd, exitCode: number | undefined): string {
  if (code === "exited") return exitCode ? `The shell ended with code ${exitCode}.` : "The shell ended.";
  return words[code];
}
