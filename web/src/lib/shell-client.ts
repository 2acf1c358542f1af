import type { Connection } from "../../../shared/client/watch/connection.ts";
import type { WatchError } from "../../../shared/client/watch/watch-error.ts";
import type { ServicesServerToClient } from "../../../shared/protocol/events/services.ts";
import type { Result } from "../../../shared/protocol/result.ts";
import { SHELL_INPUT_MAX, SHELL_PROGRESS, type ShellEnd } from "../../../shared/protocol/shell-limits.ts";

export interface ShellHandlers {
  /** Bytes as the shell wrote them; call `read` once they have been shown. `old`: said before this viewer came. */
  onOutput(data: Uint8Array, old: boolean, read: () => void): void;
  /** So many bytes are no longer held. */
  onGap(bytes: number): void;
  onClosed(code: ShellEnd, exitCode: number | undefined): void;
  onError(error: WatchError): void;
  /** Attached, at first and after each reconnect; or not at the moment. */
  onAttached(attached: boolean): void;
}

export interface AttachedShell {
  /** False when too much waits to be sent already. */
  input(text: string): boolean;
  resize(cols: number, rows: number): void;
  end(): void;
  /** Looks at it no more; it continues. */
  detach(): void;
}

const ACK_MS = 15_000;
const RETRY_MS = 1_000;
/** Characters that may wait to be sent: a long paste, not a runaway one. */
const WAITING_MAX = 1024 * 1024;
/** Longest delay before what was read is acknowledged. */
const TELL_MS = 200;
const passing = new Set(["rate_limited", "overloaded", "upstream_unavailable", "internal"]);

/** A shell's terminal over the live connection: attaches anew, after the last byte, whenever that comes back. */
export function attachShell(
  connection: Connection,
  ref: { serviceId: string; containerName: string; shellId: string },
  size: { cols: number; rows: number },
  handlers: ShellHandlers,
): AttachedShell {
  const { socket, release } = connection.use("services");
  const { shellId } = ref;
  let current = size;
  let received = 0;
  let shown = 0;
  let told = 0;
  let liveFrom = Number.POSITIVE_INFINITY;
  let attached = false;
  let over = false;
  let waiting = "";
  let sending = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let tellTimer: ReturnType<typeof setTimeout> | undefined;

  const open = () => {
    clearTimeout(retry);
    if (over || !socket.connected) return;
    const payload = { ...ref, ...current, since: received };
    socket.timeout(ACK_MS).emit("shell:open", payload, (late: Error | null, answer: Result<{ end: number }>) => {
      if (over) return;
      if (late) retry = setTimeout(open, RETRY_MS);
      else if (answer.success) {
        if (liveFrom === Number.POSITIVE_INFINITY) liveFrom = answer.end;
        attached = true;
        handlers.onAttached(true);
        send();
      } else if (passing.has(answer.code)) {
        handlers.onError({ code: answer.code, message: answer.error });
        retry = setTimeout(open, RETRY_MS * 3);
      } else {
        over = true;
        const lost = answer.code === "not_found" || answer.code === "gone";
        if (lost) handlers.onClosed("lost", undefined);
        else handlers.onError({ code: answer.code, message: answer.error });
      }
    });
  };
  const tell = () => {
    clearTimeout(tellTimer);
    tellTimer = undefined;
    if (!attached || shown <= told) return;
    told = shown;
    socket.emit("shell:progress", { shellId, offset: shown });
  };
  const onOutput: ServicesServerToClient["shell:output"] = (output) => {
    if (output.shellId !== shellId || output.offset + output.data.byteLength <= received) return;
    const data = new Uint8Array(output.data).subarray(Math.max(0, received - output.offset));
    received = output.offset + output.data.byteLength;
    const end = received;
    // Before the answer to `shell:open` has come, what comes is what was said before.
    handlers.onOutput(data, end <= liveFrom, () => {
      shown = Math.max(shown, end);
      if (shown - told >= SHELL_PROGRESS) tell();
      else tellTimer ??= setTimeout(tell, TELL_MS);
    });
  };
  const onGap: ServicesServerToClient["shell:gap"] = ({ shellId: id, from, to }) => {
    if (id !== shellId) return;
    received = to;
    handlers.onGap(to - from);
  };
  const onClosed: ServicesServerToClient["shell:closed"] = ({ shellId: id, code, exitCode }) => {
    if (id !== shellId || over) return;
    over = true;
    handlers.onClosed(code, exitCode);
  };
  const onDisconnect = () => {
    attached = false;
    if (!over) handlers.onAttached(false);
  };
  /** One at a time and in order: what is typed meanwhile goes together. */
  const send = () => {
    if (sending || waiting === "" || !attached || over) return;
    sending = true;
    const data = waiting.slice(0, SHELL_INPUT_MAX);
    socket.timeout(ACK_MS).emit("shell:input", { shellId, data }, (late: Error | null, answer?: Result) => {
      sending = false;
      if (late || answer?.success === false) {
        if (answer?.success === false && answer.code === "rate_limited") setTimeout(send, 300);
        else waiting = ""; // whether it arrived is unknown: it is not typed twice
        return;
      }
      waiting = waiting.slice(data.length);
      send();
    });
  };

  const events = { "shell:output": onOutput, "shell:gap": onGap, "shell:closed": onClosed, disconnect: onDisconnect };
  for (const [event, handler] of Object.entries(events)) socket.on<string>(event, handler as () => void);
  socket.on("connect", open);
  if (socket.connected) open();

  return {
    input(text) {
      if (over || waiting.length + text.length > WAITING_MAX) return false;
      waiting += text;
      send();
      return true;
    },
    resize(cols, rows) {
      current = { cols, rows };
      if (attached && !over) socket.emit("shell:resize", { shellId, cols, rows });
    },
    end() {
      if (attached && !over) socket.emit("shell:close", { shellId });
    },
    detach() {
      clearTimeout(retry);
      clearTimeout(tellTimer);
      for (const [event, handler] of Object.entries(events)) socket.off<string>(event, handler as () => void);
      socket.off("connect", open);
      if (!over && socket.connected) socket.emit("shell:leave", { shellId });
      over = true;
      release();
    },
  };
}
