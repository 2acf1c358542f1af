import { createHash } from "node:crypto";
import type { Principal } from "../../shared/protocol/access.ts";
import { AppError } from "../../shared/server/errors.ts";
import { messages } from "./messages.ts";

const REPLAY_MS = 10 * 60_000;
/** Stored responses and running requests. The oldest responses are dropped first. */
const MAX_RESPONSES = 1_000;
/** Longest `Idempotency-Key`, in characters. */
const MAX_KEY = 255;

export interface ActionResponse {
  fields: Record<string, unknown>;
  status: 200 | 201 | 202;
  /** Name of the subject in the audit trail. */
  target?: string;
}

interface Replay {
  /** Digest of the input, which may hold a password. */
  digest: string;
  /** Time of the response. */
  at: number;
  response?: ActionResponse;
}

export interface ReplayRequest {
  /** The caller with its current scope: no response is repeated to a caller who may not see what it names. */
  caller: Pick<Principal, "id" | "role" | "limits">;
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
   *   for another input; `overloaded` when too many requests with a key run; whatever `send` throws
   */
  run(
    request: ReplayRequest,
    send: () => Promise<ActionResponse>,
  ): Promise<{ response: ActionResponse; repeated: boolean }>;
}

/** Stores responses by caller, action and key for ten minutes, at most 1,000. A running request is never dropped. */
export function createReplays(now: () => number = () => performance.now()): Replays {
  const replays = new Map<string, Replay>(); // oldest first
  const forget = () => {
    for (const [id, { at, response }] of replays) {
      if (response && (replays.size >= MAX_RESPONSES || now() - at >= REPLAY_MS)) replays.delete(id);
    }
  };
  return {
    async run({ caller, action, key, input, once = [] }, send) {
      if (key === "" || key.length > MAX_KEY) {
        throw new AppError("invalid_input", messages.invalidKey(MAX_KEY));
      }
      forget();
      const id = digestOf([caller.id, caller.role, caller.limits, action, key]);
      const digest = digestOf(input);
      const earlier = replays.get(id);
      if (earlier) {
        if (earlier.digest !== digest) {
          throw new AppError("conflict", messages.keyOfAnother);
        }
        if (!earlier.response) throw new AppError("conflict", messages.firstStillRuns);
        return { response: earlier.response, repeated: true };
      }
      if (replays.size >= MAX_RESPONSES) throw new AppError("overloaded", messages.tooManyKeys, { retryAfter: 2 });
      const replay: Replay = { digest, at: now() };
      replays.set(id, replay);
      try {
        const response = await send();
        const fields = Object.fromEntries(Object.entries(response.fields).filter(([name]) => !once.includes(name)));
        replay.response = { ...response, fields };
        replay.at = now();
        return { response, repeated: false };
      } catch (error) {
        replays.delete(id);
        throw error;
      }
    },
  };
}

const digestOf = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("base64url");
