import { UnavailableError } from "../server/dependency.ts";

/** Something else listens there: what it says, or does not say, tells nothing of this host. */
export const notAnEngine = (cause?: unknown) =>
  new UnavailableError("down", "What answers at DOCKER_HOST is not a Docker Engine.", cause);

/**
 * A list that the Engine answered with.
 *
 * @throws UnavailableError for anything else: "no list" is not "none".
 */
export function toEngineList<T>(answer: unknown): T[] {
  if (Array.isArray(answer)) return answer;
  throw notAnEngine();
}

/** Id of what the Engine has made. @throws UnavailableError where it tells none. */
export function toMadeId(answer: unknown): string {
  const { Id } = (answer ?? {}) as { Id?: unknown };
  if (typeof Id === "string") return Id;
  throw notAnEngine();
}

/** A list inside an answer, where some Engines write null for an empty one. */
export const toInnerList = <T>(list: unknown): T[] => (list === null ? [] : toEngineList<T>(list));
