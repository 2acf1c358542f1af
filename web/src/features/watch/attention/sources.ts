import type { DependencyState, UnknownDisk } from "../../../../../shared/protocol/system.ts";
import type { Watch } from "../../../../../shared/protocol/watch.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { attentionMessages as texts } from "../messages.ts";

/** A list that is fetched: what is not known of it is unknown, never none. */
interface Fetched {
  isError: boolean;
  isPending: boolean;
}

export interface Sources {
  services: Fetched;
  deployments: Fetched;
  servers: Fetched;
  watch: Fetched & { data: Pick<Watch, "unknown"> | undefined };
  /** Undefined for accounts that may not see the host. */
  host: { isKnown: boolean; isSilent: boolean; unknownDisks: readonly UnknownDisk[] } | undefined;
}

/** Disks that are listed by name. */
const MAX_NAMED = 3;

/** Names of the sources that did not respond. A daemon that is down is a concern of its own, not one of these. */
export function unknownSources({ services, deployments, servers, watch, host }: Sources): string[] {
  const silent = (host?.unknownDisks ?? []).filter(({ state }) => state === "silent" || state === "failed");
  return [
    services.isError && texts.sources.docker,
    deployments.isError && texts.sources.pm2,
    servers.isError && texts.sources.mcp,
    watch.isError && texts.sources.watch,
    watch.data?.unknown.includes("stacks") && texts.sources.stacks,
    watch.data?.unknown.includes("logs") && texts.sources.logs,
    watch.data?.unknown.includes("metrics") && texts.sources.metrics,
    watch.data?.unknown.includes("activity") && texts.sources.activity,
    host && !host.isKnown && host.isSilent && texts.sources.host,
    silent.length > 0 && toList(silent.map(({ mount }) => visibleName(mount))),
  ].filter((name) => typeof name === "string");
}

/** Whether every source has responded or failed. */
export const isComplete = ({ services, deployments, servers, watch, host }: Sources): boolean =>
  [services, deployments, servers, watch].every(({ isPending }) => !isPending) &&
  (host === undefined || host.isKnown || host.isSilent);

const toList = (mounts: readonly string[]): string =>
  mounts.length > MAX_NAMED
    ? texts.moreDisks(mounts.slice(0, MAX_NAMED).join(", "), mounts.length - MAX_NAMED)
    : mounts.join(", ");

/** Numbers of what was looked at; undefined where the account may not look. */
export interface Looked {
  containers?: number | undefined;
  processes?: number | undefined;
  servers?: number | undefined;
  stacks?: number | undefined;
  disks?: number | undefined;
  alerts: boolean;
}

/** What an all-clear is based on: `14 containers, 2 processes and alerts`. A daemon that is not installed is left out. */
export function describeLooked(looked: Looked): string {
  const parts = [
    looked.containers !== undefined && texts.containers(looked.containers),
    looked.processes !== undefined && texts.processes(looked.processes),
    looked.servers !== undefined && texts.servers(looked.servers),
    looked.stacks !== undefined && texts.stacks(looked.stacks),
    looked.disks !== undefined && texts.disks(looked.disks),
    looked.alerts && texts.alerts,
    texts.jobs,
  ].filter((part) => typeof part === "string");
  const last = parts.pop() ?? "";
  return parts.length === 0 ? last : texts.and(parts.join(", "), last);
}

/** The count of a list whose daemon responds; undefined otherwise. */
export const countOf = (items: readonly unknown[] | undefined, daemon: DependencyState | undefined) =>
  daemon?.state === "up" ? items?.length : undefined;
