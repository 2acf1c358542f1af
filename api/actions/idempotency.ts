import { createHash } from "node:crypto";
import { AppError } from "../../shared/server/errors.ts";
import { messages } from "./messages.ts";

const REPLAY_MS = 10 * 60_000;
/** Stored responses. The oldest are dropped first. */
const MAX_RESPONSES = 1_000;
/** Longest `Idempotency-Key`, in characters. */
const MAX_KEY = 255;

export interface ActionResponse {
  fields: Record<string, unknown>;
  status: 200 | 201 | 202;
}

interface Replay {
  /** Digest of the input, which may hold a password. */
  digest: string;
  at: number;
  response?: ActionResponse;
}

export interface ReplayRequest {
  caller: string;
  action: string;
  /** Value of the header `Idempotency-Key`. */
  key: string;
  input: unknown;
  /** Fields that a repeated response leaves out. */
  once?: readonly string[];
}

export interface Replays {
  /**
   * Runs `send` for the first request with a key, and repeats its response to later ones with the same input. A refused
   * request is not stored.
   *
   * @throws AppError `invalid_input` for a key that is empty or too long; `conflict` while the first request runs, and
   *   for another input; whatever `send` throws
   */
  run(
    request: ReplayRequest,
    send: () => Promise<ActionResponse>,
  ): Promise<{ response: ActionResponse; repeated: boolean }>;
}

/** Stores responses by caller, action and key for ten minutes, at most 1,000. */
export function createReplays(now: () => number = () => performance.now()): Replays {
  const replays = new Map<string, Replay>(); // oldest first
  const forget = () => {
    for (const [id, { at }] of replays) {
      if (replays.size < MAX_RESPONSES && now() - at < REPLAY_MS) return;
      replays.delete(id);
    }
  };
  return {
    async run({ caller, action, key, input, once = [] }, send) {
      if (key === "" || key.length > MAX_KEY) {
        throw new AppError("invalid_input", messages.invalidKey(MAX_KEY));
      }
      forget();
      const id = digestOf([caller, action, key]);
      const digest = digestOf(input);
      const earlier = replays.get(id);
      if (earlier) {
        if (earlier.digest !== digest) {
          throw new AppError("conflict", messages.keyOfAnother);
        }
        if (!earlier.response) throw new AppError("conflict", messages.firstStillRuns);
        return { response: earlier.response, repeated: true };
      }
      const replay: Replay = { digest, at: now() };
      replays.set(id, replay);
      try {
        const response = await send();
        const fields = Object.fromEntries(Object.entries(response.fields).filter(([name]) => !once.includes(name)));
        replay.response = { ...response, fields };
        return { response, repeated: false };
      } catch (error) {
        replays.delete(id);
        throw error;
      }
    },
  };
}

const digestOf = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("base64url");
