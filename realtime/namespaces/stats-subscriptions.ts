import type { ContainerEvents } from "../../shared/docker/container-events.ts";
import type { DockerHost } from "../../shared/docker/docker-host.ts";
import type { ServiceRef } from "../../shared/protocol/events/services.ts";
import { serviceRoom } from "../../shared/protocol/rooms.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { RoomGroups } from "../fanout/room-groups.ts";
import { createSharedSources, type Upstream } from "../fanout/shared-sources.ts";
import { openContainerStats } from "../sources/container-stats.ts";
import type { Memberships } from "./memberships.ts";
import type { NamespaceOf, SocketOf } from "./namespace.ts";

/** Containers whose metrics one socket can watch at the same time. */
const MAX_WATCHED = 200;

export interface StatsSubscriptionsOptions {
  namespace: NamespaceOf<"services">;
  docker: DockerHost;
  containerEvents: ContainerEvents;
  log: Log;
  lingerMs: number | undefined;
}

/** The metrics of containers, read once for all sockets that watch them. */
export interface StatsSubscriptions {
  /** Open upstreams. */
  readonly size: number;
  /** The subscriptions of one socket. */
  ofSocket(socket: SocketOf<"services">, memberships: Memberships): SocketStats;
  close(): void;
}

export interface SocketStats {
  /** @param name of the container @throws AppError `rate_limited` above 200 containers */
  subscribe(name: string, ref: ServiceRef): void;
  /** Ends the subscriptions that match. */
  unsubscribe(matches: (ref: ServiceRef) => boolean): void;
}

export function createStatsSubscriptions(options: StatsSubscriptionsOptions): StatsSubscriptions {
  const { namespace, docker, containerEvents, log, lingerMs } = options;
  const allGroups = new Map<string, RoomGroups<ServiceRef>>();
  const groupsOf = (name: string) => {
    const groups = allGroups.get(name) ?? new RoomGroups<ServiceRef>(`stats\0${name}`);
    allGroups.set(name, groups);
    return groups;
  };
  const sources = createSharedSources<Upstream>((name) => {
    const groups = groupsOf(name);
    const source = openContainerStats(name, {
      docker,
      events: containerEvents,
      log,
      onSample: (sample) =>
        groups.forEach((room, ref) => {
          namespace.to(room).volatile.emit("stats", { ...ref, ...sample });
        }),
    });
    return {
      close() {
        source.close();
        allGroups.delete(name);
      },
    };
  }, lingerMs);

  return {
    get size() {
      return sources.size;
    },
    ofSocket(socket, memberships) {
      const watched = new Map<string, { name: string; ref: ServiceRef; upstream: Upstream }>();
      return {
        subscribe(name, ref) {
          const room = groupsOf(name).roomOf(ref);
          if (watched.has(room)) return;
          if (watched.size >= MAX_WATCHED) {
            throw new AppError("rate_limited", `One connection watches at most ${MAX_WATCHED} containers.`);
          }
          watched.set(room, { name, ref, upstream: sources.acquire(name) });
          groupsOf(name).add(ref);
          void socket.join(room);
          memberships.join(serviceRoom(ref.serviceId));
        },
        unsubscribe(matches) {
          for (const [room, { name, ref, upstream }] of watched) {
            if (!matches(ref)) continue;
            watched.delete(room);
            groupsOf(name).remove(ref);
            void socket.leave(room);
            sources.release(name, upstream);
            memberships.leave(serviceRoom(ref.serviceId));
          }
        },
      };
    },
    close: sources.close,
  };
}
