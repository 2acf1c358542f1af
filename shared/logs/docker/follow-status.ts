import type { StreamClosed, StreamClosedCode } from "../../protocol/events/services.ts";
import type { AppError } from "../../server/errors.ts";
import type { RunChange } from "../container-runs.ts";
import type { FollowHandlers } from "../log-source.ts";

/** The state of a followed log as its reader knows it. Reports each change once. */
export class FollowStatus {
  /** Why the log is closed; undefined while it is live. */
  closed: StreamClosedCode | undefined;
  private readonly handlers: FollowHandlers;
  private isReattaching = false;
  private isDegraded = false;

  constructor(handlers: FollowHandlers) {
    this.handlers = handlers;
  }

  close(code: StreamClosedCode, more: Omit<StreamClosed, "code"> = {}): void {
    if (this.closed === code) return;
    this.closed = code;
    this.handlers.onClosed({ code, ...more });
  }

  /** The container has stopped, and its end was delivered. */
  standStill(more: Omit<StreamClosed, "code">): void {
    this.isReattaching = false;
    this.close("exited", more);
    this.handlers.onStill?.();
  }

  /** The Engine is unavailable, and the log is opened again. */
  reattach(): void {
    if (!this.isReattaching && this.closed === undefined) this.handlers.onState("reattaching");
    this.isReattaching = true;
  }

  goLive(): void {
    if (this.closed !== undefined) this.handlers.onState("restarted");
    else if (this.isReattaching) this.handlers.onState("live");
    this.closed = undefined;
    this.isReattaching = false;
  }

  /** An end or a start was delivered, which says by itself whether the container runs. */
  noteChange({ kind }: RunChange): void {
    this.isReattaching = false;
    this.closed = kind === "ended" ? "exited" : undefined;
  }

  /** Another container has the name: its own start reports whether it runs. */
  noteReplaced(): void {
    if (this.closed === "exited") this.closed = undefined;
  }

  /** The log cannot be read, or only in part. */
  degrade({ message, code }: AppError): void {
    if (this.isDegraded) return;
    this.isDegraded = true;
    this.handlers.onDegraded?.({ message, code });
  }

  /** Lines arrive again. */
  recover(): void {
    this.isDegraded = false;
  }
}
