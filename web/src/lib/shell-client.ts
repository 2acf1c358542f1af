import type { Connection } from "../../../shared/client/watch/connection.ts";
import { isTransient, type WatchError } from "../../../shared/client/watch/watch-error.ts";
import type { ServicesServerToClient } from "../../../shared/protocol/events/services.ts";
import type { Result } from "../../../shared/protocol/result.ts";
import { SHELL_INPUT_MAX, SHELL_PROGRESS, type ShellEnd } from "../../../shared/protocol/shell-limits.ts";

export interface ShellHandlers {
  /**
   * Raw output.
   * @param old written before this viewer attached
   * @param read to be called once the bytes are on the screen: the shell waits for it
   */
  onOutput(data: Uint8Array, old: boolean, read: () => void): void;
  /** Output that is no longer available. @param bytes number of missing bytes */
  onGap(bytes: number): void;
  onClosed(code: ShellEnd, exitCode: number | undefined): void;
  onError(error: WatchError): void;
  /** Called with true at first and after each reconnect, and with false when the connection is lost. */
  onAttached(attached: boolean): void;
}

export interface AttachedShell {
  /** Sends typed text. Returns false, and sends nothing, when too much text waits already. */
  input(text: string): boolean;
  resize(cols: number, rows: number): void;
  end(): void;
  /** Detaches; the shell keeps running. */
  detach(): void;
}

const ACK_MS = 15_000;
const RETRY_MS = 1_000;
/** Longest text that waits to be sent, in characters: enough for a long paste. */
const MAX_WAITING = 1024 * 1024;
/** Longest delay of an acknowledgement of output, in milliseconds. */
const PROGRESS_MS = 200;

/** Attaches to the terminal of a shell over the live connection. After a reconnect it continues after the last byte. */
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
  let acknowledged = 0;
  let liveFrom = Number.POSITIVE_INFINITY;
  let attached = false;
  let over = false;
  let waiting = "";
  let sending = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let progressTimer: ReturnType<typeof setTimeout> | undefined;

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
      } else if (isTransient({ code: answer.code, message: answer.error })) {
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
  const acknowledge = () => {
    clearTimeout(progressTimer);
    progressTimer = undefined;
    if (!attached || shown <= acknowledged) return;
    acknowledged = shown;
    socket.emit("shell:progress", { shellId, offset: shown });
  };
  const onOutput: ServicesServerToClient["shell:output"] = (output) => {
    if (output.shellId !== shellId || output.offset + output.data.byteLength <= received) return;
    const data = new Uint8Array(output.data).subarray(Math.max(0, received - output.offset));
    received = output.offset + output.data.byteLength;
    const end = received;
    // Output that arrives before the acknowledgement of `shell:open` is earlier output.
    handlers.onOutput(data, end <= liveFrom, () => {
      shown = Math.max(shown, end);
      if (shown - acknowledged >= SHELL_PROGRESS) acknowledge();
      else progressTimer ??= setTimeout(acknowledge, PROGRESS_MS);
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
  /** Sends one request at a time, in order; text that is typed meanwhile is sent together. */
  const send = () => {
    if (sending || waiting === "" || !attached || over) return;
    sending = true;
    const data = waiting.slice(0, SHELL_INPUT_MAX);
    socket.timeout(ACK_MS).emit("shell:input", { shellId, data }, (late: Error | null, answer?: Result) => {
      sending = false;
      if (late || answer?.success === false) {
        if (answer?.success === false && answer.code === "rate_limited") setTimeout(send, 300);
        else waiting = ""; // it may have arrived: sending it again could run a command twice
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
      if (over || waiting.length + text.length > MAX_WAITING) return false;
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
      clearTimeout(progressTimer);
      for (const [event, handler] of Object.entries(events)) socket.off<string>(event, handler as () => void);
      socket.off("connect", open);
      if (!over && socket.connected) socket.emit("shell:leave", { shellId });
      over = true;
      release();
    },
  };
}
