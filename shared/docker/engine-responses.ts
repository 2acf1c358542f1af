import { UnavailableError } from "../server/dependency.ts";

/** Something else listens at that address: its responses say nothing about this host. */
export const notAnEngine = (cause?: unknown) =>
  new UnavailableError("down", "The server at DOCKER_HOST is not a Docker Engine.", cause);

/**
 * Checks that a response of the Engine is a list.
 * @throws UnavailableError otherwise: "no list" is not "an empty list"
 */
export function toEngineList<T>(answer: unknown): T[] {
  if (Array.isArray(answer)) return answer;
  throw notAnEngine();
}

/** Returns the id of what the Engine created. @throws UnavailableError if the response has none */
export function toMadeId(answer: unknown): string {
  const { Id } = (answer ?? {}) as { Id?: unknown };
  if (typeof Id === "string") return Id;
  throw notAnEngine();
}

/** Checks a list inside a response, for which some Engines write null if it is empty. */
export const toInnerList = <T>(list: unknown): T[] => (list === null ? [] : toEngineList<T>(list));
