import { type Accessor, createMemo } from "solid-js";
import type { StreamClosed } from "../../../../shared/protocol/events/services.ts";
import { isRefusal } from "../../lib/api/failure.ts";
import { useLive } from "../../lib/live-context.ts";
import { useServices, useStoredContainers } from "../../lib/queries.ts";
import { chooseFollowed } from "./container-choice.ts";
import type { LiveSource } from "./live/live-logs.ts";
import type { LogOrigin } from "./live/log-entry.ts";
import { CONTAINERS_MAX } from "./log-address.ts";
import type { LogHistory } from "./stored/log-history.ts";
import { createStoredHistory } from "./stored/stored-history.ts";

/** Lines of history a stream begins with. */
const TAIL = 1_000;
/** The same, of each of many. */
const TAIL_OF_MANY = 200;
/** Number of colours that distinguish containers; the style sheet has them. */
const COLOURS = 8;

/** Which logs of a view are stored. */
export interface Keeping {
  state: "asking" | "stored" | "none" | "unknown";
  /** Why not, or why nothing new is being stored. */
  reason: string | undefined;
}

/** Every end of a container has an exit code or an unknown one; without either it has not ended. */
const isBeforeFirstRun = ({ code, exitCode, unknownEnds }: StreamClosed): boolean =>
  code === "exited" && exitCode === undefined && unknownEnds === undefined;

export function useKeeping(): Accessor<Keeping> {
  const stored = useStoredContainers();
  return createMemo((): Keeping => {
    if (stored.data) {
      const { state, reason } = stored.data;
      if (state === "off") return { state: "none", reason: undefined };
      return { state: "stored", reason: state === "paused" ? (reason ?? "paused") : undefined };
    }
    if (stored.isLoading) return { state: "asking", reason: undefined };
    // No answer says nothing about whether logs are stored.
    return { state: isRefusal(stored.error) ? "none" : "unknown", reason: undefined };
  });
}

/** The streams and the log history of the named containers; of all where none is named. */
export function createContainerSources(names: Accessor<readonly string[]>) {
  const { servicesWS } = useLive();
  const services = useServices();
  const stored = useStoredContainers();
  const keeping = useKeeping();
  const origins = new Map<string, LogOrigin>();
  const wanted = createMemo(() => [...names()], undefined, {
    equals: (left, right) => left.join("\n") === right.join("\n"),
  });
  const many = () => wanted().length !== 1;

  function originOf(name: string): LogOrigin {
    const origin = origins.get(name) ?? { name, colour: (origins.size % COLOURS) + 1 };
    origins.set(name, origin);
    return origin;
  }
  const seen = new Set<string>();
  /** Once there, followed on: a container that is recreated under its name continues by itself. */
  const followed = createMemo<readonly string[]>((before) => {
    const present = (services.data?.services ?? []).map(({ name }) => name);
    for (const name of present) seen.add(name);
    const only = wanted();
    // One container is followed at once, whether the list is there yet or not.
    if (only.length === 1 && !services.data) return only;
    const still = before.filter((name) => seen.has(name) && (only.length === 0 || only.includes(name)));
    const next = chooseFollowed({
      services: services.data?.services ?? [],
      stored: stored.data?.containers ?? [],
      only,
      before: still,
      max: CONTAINERS_MAX,
    });
    return next.join("\n") === before.join("\n") ? before : next;
  }, []);
  const sources = createMemo((): LiveSource[] => {
    const several = many();
    return followed().map((name) => ({
      key: `${several}/${name}`,
      ...(several && { origin: originOf(name) }),
      open: ({ onLogs, onClosed, ...handlers }) =>
        servicesWS.subscribeLogs(name, name, onLogs, {
          tail: several ? TAIL_OF_MANY : TAIL,
          onClosed: (closed) => onClosed(isBeforeFirstRun(closed) ? { code: "created" } : closed),
          ...handlers,
        }),
    }));
  });
  const isStored = createMemo(() => keeping().state === "stored");
  const history = createMemo((): LogHistory | undefined => (isStored() ? createStoredHistory(wanted()) : undefined));
  /** Lines of removed containers, and of those beyond what is followed, come from the log history alone. */
  const whole = createMemo(() => {
    const only = wanted();
    const names = only.length > 0 ? only : (stored.data?.containers ?? []).map(({ name }) => name);
    const held = new Set(followed());
    return names.every((name) => held.has(name));
  });
  return {
    sources,
    history,
    whole,
    /** A source that gave its place to another: its lines are still part of the view. */
    staysShown: (key: string) => wanted().length === 0 && key.startsWith("true/"),
    keeping,
    /** Of several containers, each line says whose it is. */
    many,
    originOf: (name: string) => (many() ? originOf(name) : undefined),
    /** Containers beyond those one view can follow. */
    unfollowed: () => (wanted().length === 0 ? Math.max(0, (services.data?.services.length ?? 0) - CONTAINERS_MAX) : 0),
  };
}
