import type { AlertRule } from "../../../shared/protocol/alert.ts";

/** Something that tells the engine what it sees. A source is made with the sink it speaks to. */
export interface SignalSource {
  /** These rules are enabled now: a source that costs something looks only at what they are about. */
  want(rules: readonly AlertRule[]): void;
  /** Whether it is known how its subjects do; absent: always. */
  isKnown?(): boolean;
  close(): Promise<void>;
}
