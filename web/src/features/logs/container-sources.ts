import { type Accessor, createMemo } from "solid-js";
import type { StreamClosed } from "../../../../shared/protocol/events/services.ts";
import { isRefusal } from "../../lib/api/failure.ts";
import { useLive } from "../../lib/live-context.ts";
import { useServices, useStoredContainers } from "../../lib/queries.ts";
import { chooseFollowed } from "./container-choice.ts";
import type { LiveSource } from "./live/live-logs.ts";
import type { LogOrigin } from "./live/log-entry.ts";
import { createOriginColours } from "./live/origin-colours.ts";
import { CONTAINERS_MAX } from "./log-address.ts";
import { processLabel, toProcessSources } from "./process-sources.ts";
import type { LogHistory } from "./stored/log-history.ts";
import { createStoredHistory } from "./stored/stored-history.ts";

/** Lines of history a stream begins with. */
const TAIL = 1_000;
/** The same, of each of many. */
const TAIL_OF_MANY = 200;

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

/** Whose logs a view shows; all containers where nothing is named. */
export interface LogTargets {
  /** Names of containers. */
  containers: readonly string[];
  /** Ids of deployments: PM2 processes. */
  processes: readonly string[];
}

/** The streams and the log history of a view. Lines of processes come from their streams alone. */
export function createLogSources(targets: Accessor<LogTargets>) {
  const { servicesWS, deploymentsWS } = useLive();
  const services = useServices();
  const stored = useStoredContainers();
  const keeping = useKeeping();
  const origins = new Map<string, LogOrigin>();
  const colours = createOriginColours();
  const sameNames = (left: readonly string[], right: readonly string[]) => left.join("\n") === right.join("\n");
  const wanted = createMemo(() => [...targets().containers], undefined, { equals: sameNames });
  const processes = createMemo(() => [...targets().processes], undefined, { equals: sameNames });
  const isAll = () => wanted().length === 0 && processes().length === 0;
  const many = () => wanted().length + processes().length !== 1;

  function originOf(name: string): LogOrigin {
    const origin = origins.get(name) ?? { name, colour: colours.of(name) };
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
    if (only.length === 0 && !isAll()) return before.length === 0 ? before : [];
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
    colours.know([...(isAll() ? followed() : wanted()), ...processes().map(processLabel)]);
    const ofContainers = followed().map(
      (name): LiveSource => ({
        key: `${several}/${name}`,
        ...(several && { origin: originOf(name) }),
        open: ({ onLogs, onClosed, ...handlers }) =>
          servicesWS.subscribeLogs(name, name, onLogs, {
            tail: several ? TAIL_OF_MANY : TAIL,
            onClosed: (closed) => onClosed(isBeforeFirstRun(closed) ? { code: "created" } : closed),
            ...handlers,
          }),
      }),
    );
    const ofProcesses = toProcessSources(processes(), {
      deploymentsWS,
      tail: several ? TAIL_OF_MANY : TAIL,
      originOf: (label) => (several ? originOf(label) : undefined),
    });
    return [...ofContainers, ...ofProcesses];
  });
  const isStored = createMemo(() => keeping().state === "stored");
  const history = createMemo((): LogHistory | undefined =>
    isStored() && (isAll() || wanted().length > 0) ? createStoredHistory(wanted()) : undefined,
  );
  /** Lines of removed containers, and of those beyond what is followed, come from the log history alone. */
  const whole = createMemo(() => {
    const only = wanted();
    const names = !isAll() ? only : (stored.data?.containers ?? []).map(({ name }) => name);
    const held = new Set(followed());
    return names.every((name) => held.has(name));
  });
  return {
    sources,
    history,
    asking: () => keeping().state === "asking",
    whole,
    /** A source that gave its place to another: its lines are still part of the view. */
    staysShown: (key: string) => isAll() && key.startsWith("true/"),
    keeping,
    /** Of several containers, each line says whose it is. */
    many,
    originOf: (name: string) => (many() ? originOf(name) : undefined),
    /** Containers beyond those one view can follow. */
    unfollowed: () => (isAll() ? Math.max(0, (services.data?.services.length ?? 0) - CONTAINERS_MAX) : 0),
  };
}
