import { type Accessor, createMemo } from "solid-js";
import type { StreamClosed } from "../../../../shared/protocol/events/services.ts";
import { isRefusal } from "../../lib/api/failure.ts";
import { useLive } from "../../lib/live-context.ts";
import { useDeployments, useServices, useStoredContainers } from "../../lib/queries.ts";
import { chooseFollowed } from "./container-choice.ts";
import type { LiveSource } from "./live/live-logs.ts";
import type { LogOrigin } from "./live/log-entry.ts";
import { createOriginColours } from "./live/origin-colours.ts";
import { CONTAINERS_MAX } from "./log-address.ts";
import type { LogTargets } from "./log-targets.ts";
import { processLabel, toProcessSources } from "./process-sources.ts";
import type { LogHistory } from "./stored/log-history.ts";
import { createStoredHistory, labelOf } from "./stored/stored-history.ts";

/** Lines of history a stream begins with. */
const TAIL = 1_000;
/** The same, of each of many. */
const TAIL_OF_MANY = 200;
/** The same, of a process whose older lines are stored: those of its files may have no time. */
const TAIL_OF_STORED = 100;

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

/** The streams and the log history of a view. */
export function createLogSources(targets: Accessor<LogTargets>) {
  const { servicesWS, deploymentsWS } = useLive();
  const services = useServices();
  const deployments = useDeployments();
  const stored = useStoredContainers();
  const keeping = useKeeping();
  const origins = new Map<string, LogOrigin>();
  const colours = createOriginColours();
  const sameNames = (left: readonly string[], right: readonly string[]) => left.join("\n") === right.join("\n");
  const wanted = createMemo(() => [...targets().containers], undefined, { equals: sameNames });
  const chosen = createMemo(() => [...targets().processes], undefined, { equals: sameNames });
  const isAll = () => wanted().length === 0 && chosen().length === 0;
  const many = () => wanted().length + chosen().length !== 1;

  function originOf(name: string): LogOrigin {
    const origin = origins.get(name) ?? { name, colour: colours.of(name) };
    origins.set(name, origin);
    return origin;
  }
  const isStored = createMemo(() => keeping().state === "stored");
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
  const processes = createMemo(
    (): string[] => {
      if (!isAll()) return chosen();
      const ids = (deployments.data?.deployments ?? []).map(({ id }) => id);
      return ids.slice(0, Math.max(0, CONTAINERS_MAX - followed().length));
    },
    [],
    { equals: sameNames },
  );
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
    // With how many lines a stream begins depends on whether older ones are stored.
    const ofProcesses = toProcessSources(keeping().state === "asking" ? [] : processes(), {
      deploymentsWS,
      tail: isStored() ? TAIL_OF_STORED : several ? TAIL_OF_MANY : TAIL,
      originOf: (label) => (several ? originOf(label) : undefined),
    });
    return [...ofContainers, ...ofProcesses];
  });
  const history = createMemo((): LogHistory | undefined =>
    isStored() ? createStoredHistory({ containers: wanted(), processes: chosen() }) : undefined,
  );
  /** Lines of removed containers, and of those beyond what is followed, come from the log history alone. */
  const whole = createMemo(() => {
    const { containers = [], processes: gone = [] } = stored.data ?? {};
    const names = isAll() ? [...containers, ...gone].map(labelOf) : wanted();
    const held = new Set([...followed(), ...processes().map(processLabel)]);
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
    /** Logs beyond those one view can follow. */
    unfollowed: () => {
      const there = (services.data?.services.length ?? 0) + (deployments.data?.deployments.length ?? 0);
      return isAll() ? Math.max(0, there - CONTAINERS_MAX) : 0;
    },
  };
}
