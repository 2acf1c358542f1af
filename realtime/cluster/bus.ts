import type { RevokedSubjects } from "../../shared/protocol/access.ts";
import type { EmitEvent } from "../../shared/protocol/emit.ts";

/** What realtime servers tell each other: only what came to one of them from outside. Sources are followed by each itself. */
export type BusMessage =
  | { kind: "emit"; events: EmitEvent[] }
  | { kind: "revoke"; revocation: RevokedSubjects }
  /** The sender had to drop messages: listeners have missed events. */
  | { kind: "gap" };

export interface BusHandlers {
  onMessage(message: BusMessage): void;
  /** Messages of other servers may have been lost. */
  onGap(): void;
}

/** Joins the realtime servers of one panel. Messages of a sender arrive in order, and at its own server not at all. */
export interface ClusterBus {
  publish(message: BusMessage): void;
  readonly up: boolean;
  close(): Promise<void>;
}
