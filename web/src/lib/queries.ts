import { QueryClient } from "@tanstack/solid-query";
import { onCleanup } from "solid-js";
import type { Service } from "../../../shared/protocol/service.ts";
import { ApiFailure, api } from "./api.ts";
import { SOON_MS, storedContainersInterval } from "./refetch-intervals.ts";
import { createRefresher } from "./refresher.ts";
import { session } from "./session.ts";
import { useQuery } from "./use-query.ts";
import { deploymentsWS, mcpWS, servicesWS } from "./ws-client.ts";

/** Names of what is kept; `invalidate` one after a change that no event tells. */
export const queryKeys = {
  services: ["services"],
  service: (id: string) => ["services", id],
  stacks: ["stacks"],
  stack: (name: string) => ["stacks", name],
  stackUp: (name: string) => ["stack-up", name],
  stackRevisions: (name: string) => ["stack-revisions", name],
  stackRevision: (name: string, id: number | null) => ["stack-revisions", name, id],
  stackEnv: (name: string) => ["stack-env", name],
  keptContainers: ["logs", "containers"],
  serviceProcesses: (id: string) => ["services", id, "processes"],
  serviceShells: (id: string) => ["shells", id],
  serviceInspect: (id: string) => ["services", id, "inspect"],
  deployments: ["deployments"],
  deployment: (id: string) => ["deployments", id],
  mcp: ["mcp"],
  mcpTools: (id: string) => ["mcp", id, "tools"],
  alerts: ["alerts"],
  system: ["system"],
  users: ["users"],
  keys: ["keys"],
  account: ["account", "own"],
  sessions: ["account", "sessions"],
  folder: (path: string) => ["files", path],
} as const;

/** A refusal stays a refusal; only a server that could not be asked is asked again. */
const retries = (count: number, error: Error) =>
  count < 2 && error instanceof ApiFailure && (error.code === "unreachable" || error.status === 503);

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: retries, staleTime: 10_000, gcTime: 5 * 60_000 } },
});

export const invalidate = (queryKey: readonly unknown[]): Promise<void> => queryClient.invalidateQueries({ queryKey });

/** The Engine tells by no event that it has given up a restart, and the server that it knows by now how a run ended. */
const soonAgain = (services: readonly Service[]): number | false =>
  services.some(({ state, lastRun }) => state === "restarting" || lastRun === undefined) && SOON_MS;

export const useServices = () =>
  useQuery(() => ({
    queryKey: queryKeys.services,
    queryFn: ({ signal }) => api.services.list(signal),
    refetchInterval: ({ state }) => soonAgain(state.data?.services ?? []),
  }));
/** The containers whose logs are stored; refused where none are. */
export const useKeptContainers = () =>
  useQuery(() => ({
    queryKey: queryKeys.keptContainers,
    queryFn: ({ signal }) => api.logs.containers(signal),
    refetchInterval: ({ state }) => storedContainersInterval(state),
    retry: false,
  }));
export const useService = (id: () => string) =>
  useQuery(() => ({ queryKey: queryKeys.service(id()), queryFn: () => api.services.get(id()) }));
export const useStacks = () =>
  useQuery(() => ({ queryKey: queryKeys.stacks, queryFn: ({ signal }) => api.stacks.list(signal) }));
export const useStack = (name: () => string) =>
  useQuery(() => ({
    queryKey: queryKeys.stack(name()),
    queryFn: ({ signal }) => api.stacks.get(name(), signal),
    refetchInterval: ({ state }) => soonAgain(state.data?.stack.services.flatMap(({ containers }) => containers) ?? []),
  }));
export const useDeployments = () =>
  useQuery(() => ({ queryKey: queryKeys.deployments, queryFn: ({ signal }) => api.deployments.list(signal) }));
export const useDeployment = (id: () => string) =>
  useQuery(() => ({ queryKey: queryKeys.deployment(id()), queryFn: () => api.deployments.get(id()) }));
export const useMcpServers = () => useQuery(() => ({ queryKey: queryKeys.mcp, queryFn: () => api.mcp.list() }));
export const useAlerts = () =>
  useQuery(() => ({
    queryKey: [...queryKeys.alerts, "now"],
    queryFn: () => api.alerts.now(),
    enabled: session.may("alerts:view"),
  }));
export const useBell = () =>
  useQuery(() => ({
    queryKey: [...queryKeys.alerts, "bell"],
    queryFn: () => api.alerts.bell({ limit: 30 }),
    enabled: session.may("alerts:view"),
  }));
export const useSystemInfo = () =>
  useQuery(() => ({ queryKey: queryKeys.system, queryFn: () => api.system.info(), refetchInterval: 30_000 }));

/** Shortest time between two fetches of one list, in milliseconds: a crash loop tells of many changes a second. */
const QUIET_MS = 400;

/** Keeps the lists true while signed in: asks again when the server tells of a change, and after every reconnect. */
export function keepListsFresh(): void {
  const stops = [
    ...refreshOn(queryKeys.services, (refresh) => [
      servicesWS.on("services:changed", refresh),
      servicesWS.onConnect(refresh),
    ]),
    ...refreshOn(queryKeys.stacks, (refresh) => [
      servicesWS.on("services:changed", refresh),
      servicesWS.onConnect(refresh),
    ]),
    ...refreshOn(queryKeys.deployments, (refresh) => [
      deploymentsWS.on("deployments:changed", refresh),
      deploymentsWS.onConnect(refresh),
    ]),
    ...refreshOn(queryKeys.alerts, (refresh) => [
      servicesWS.on("alerts:changed", refresh),
      deploymentsWS.on("alerts:changed", refresh),
      servicesWS.onConnect(refresh),
    ]),
    ...refreshOn(queryKeys.mcp, (refresh) => [mcpWS.on("mcp:changed", refresh), mcpWS.onConnect(refresh)]),
  ];
  onCleanup(() => {
    for (const stop of stops) stop();
  });
}

export function refreshOn(
  queryKey: readonly unknown[],
  listen: (refresh: () => void) => (() => void)[],
): (() => void)[] {
  const { refresh, stop } = createRefresher(() => invalidate(queryKey), QUIET_MS);
  return [...listen(refresh), stop];
}
