import type { RevokedSubjects } from "../../shared/protocol/access.ts";
import type { EmitEvent } from "../../shared/protocol/emit.ts";

/** Messages between realtime servers: only what one of them received from outside. Each server follows the sources itself. */
export type BusMessage =
  | { kind: "emit"; events: EmitEvent[] }
  | { kind: "revoke"; revocation: RevokedSubjects }
  /** The sender dropped messages, so that listeners missed events. */
  | { kind: "gap" };

export interface BusHandlers {
  onMessage(message: BusMessage): void;
  /** Messages of other servers may have been lost. */
  onGap(): void;
}

/** Connects the realtime servers of one panel. Messages of a sender arrive in order; its own server does not receive them. */
export interface ClusterBus {
  publish(message: BusMessage): void;
  readonly up: boolean;
  close(): Promise<void>;
}
