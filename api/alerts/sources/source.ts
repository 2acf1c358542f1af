import type { AlertRule } from "../../../shared/protocol/alert.ts";

/** Reports observations to the engine. A source is created with the sink that it reports to. */
export interface SignalSource {
  /** The enabled rules. An expensive source reads only what they need. */
  want(rules: readonly AlertRule[]): void;
  /** False while the state of this subject is unknown; absent: always known. */
  isKnown?(name: string): boolean;
  close(): Promise<void>;
}
