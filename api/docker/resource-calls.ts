import { type EngineCalls, toRequestError } from "../../shared/docker/engine-calls.ts";
import { EngineError, type EngineRequest } from "../../shared/docker/engine-client.ts";
import { AppError } from "../../shared/server/errors.ts";
import { messages } from "./messages.ts";

/** Calls of the Engine on images, volumes and networks, whose errors differ from those on containers. */
export interface ResourceCalls {
  call(request: EngineRequest, limitMs?: number): Promise<unknown>;
}

export interface ResourceMessages {
  /** The kind of resource, as in "There is no such image." */
  thing: string;
  /** What a conflict (409, and the 403 that networks use) means. */
  inUse: string;
}

export function createResourceCalls(calls: EngineCalls, texts: ResourceMessages): ResourceCalls {
  return {
    async call(request, limitMs) {
      try {
        return await calls.call(request, limitMs);
      } catch (error) {
        throw toRefusal(error, texts);
      }
    },
  };
}

/** The error of the Engine that caused an error, or undefined. */
export function engineErrorOf(error: unknown): EngineError | undefined {
  const cause = error instanceof AppError ? error.cause : error;
  return cause instanceof EngineError ? cause : undefined;
}

function toRefusal(error: unknown, { thing, inUse }: ResourceMessages): unknown {
  const engine = engineErrorOf(error);
  if (!engine) return error;
  const requestError = toRequestError(engine);
  if (requestError) return requestError;
  const refuse = (code: "not_found" | "conflict" | "invalid_input", text: string) =>
    new AppError(code, text, { cause: engine });
  if (engine.status === 404) return refuse("not_found", messages.noSuch(thing));
  if (engine.status === 400) return refuse("invalid_input", messages.invalid(thing));
  if (/already exists|pool overlaps/i.test(engine.message)) {
    return refuse("conflict", messages.taken(thing));
  }
  // A network that is in use or built in gives 403; a volume driver may give 500 for a volume that is in use.
  if (engine.status === 409 || engine.status === 403 || /in use/i.test(engine.message)) {
    return refuse("conflict", inUse);
  }
  return error;
}
