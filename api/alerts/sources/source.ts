import type { AlertRule } from "../../../shared/protocol/alert.ts";

/** Something that tells the engine what it canSee. A source is made with the sink it speaks to. */
export interface SignalSource {
  /** The enabled rules. An expensive source reads only what they need. */
  want(rules: readonly AlertRule[]): void;
  /** False while the state of its subjects is unknown; absent: always known. */
  isKnown?(): boolean;
  close(): Promise<void>;
}
