import { QueryClient, useQueryClient } from "@tanstack/solid-query";
import { onCleanup } from "solid-js";
import type { Service } from "../../../shared/protocol/service.ts";
import { ApiFailure, api } from "./api.ts";
import { useLive } from "./live-context.ts";
import { SOON_MS, storedContainersInterval } from "./refetch-intervals.ts";
import { createRefresher } from "./refresher.ts";
import { useSession } from "./session.ts";
import { useQuery } from "./use-query.ts";

/** Keys of the cached responses. A change that no event announces invalidates one: see {@link useInvalidate}. */
export const queryKeys = {
  services: ["services"],
  service: (id: string) => ["services", id],
  stacks: ["stacks"],
  stack: (name: string) => ["stacks", name],
  stackUp: (name: string) => ["stack-up", name],
  stackRevisions: (name: string) => ["stack-revisions", name],
  stackRevision: (name: string, id: number | null) => ["stack-revisions", name, id],
  stackEnv: (name: string) => ["stack-env", name],
  storedContainers: ["logs", "containers"],
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

/** Retries requests that did not reach a server; a rejected request would be rejected again. */
const retries = (count: number, error: Error) =>
  count < 2 && error instanceof ApiFailure && (error.code === "unreachable" || error.status === 503);

/** The cache of responses of one account. */
export const createQueryClient = (): QueryClient =>
  new QueryClient({ defaultOptions: { queries: { retry: retries, staleTime: 10_000, gcTime: 5 * 60_000 } } });

/** A function that fetches the queries below a key again. Called while a component is set up. */
export function useInvalidate(): (queryKey: readonly unknown[]) => Promise<void> {
  const client = useQueryClient();
  return (queryKey) => client.invalidateQueries({ queryKey });
}

/** No event announces that the Engine has stopped restarting a container, or that the cause of its end is known. */
const soonAgain = (services: readonly Service[]): number | false =>
  services.some(({ state, lastRun }) => state === "restarting" || lastRun === undefined) && SOON_MS;

export const useServices = () =>
  useQuery(() => ({
    queryKey: queryKeys.services,
    queryFn: ({ signal }) => api.services.list(signal),
    refetchInterval: ({ state }) => soonAgain(state.data?.services ?? []),
  }));
/** Containers with stored logs. Fails if logs are not stored. */
export const useStoredContainers = () =>
  useQuery(() => ({
    queryKey: queryKeys.storedContainers,
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
export function useAlerts() {
  const session = useSession();
  return useQuery(() => ({
    queryKey: [...queryKeys.alerts, "now"],
    queryFn: () => api.alerts.now(),
    enabled: session.may("alerts:view"),
  }));
}
export function useBell() {
  const session = useSession();
  return useQuery(() => ({
    queryKey: [...queryKeys.alerts, "bell"],
    queryFn: () => api.alerts.bell({ limit: 30 }),
    enabled: session.may("alerts:view"),
  }));
}
export const useSystemInfo = () =>
  useQuery(() => ({ queryKey: queryKeys.system, queryFn: () => api.system.info(), refetchInterval: 30_000 }));

/** Shortest time between two fetches of one list, in milliseconds: a crash loop sends many events per second. */
const QUIET_MS = 400;

/** Fetches the lists again after each event about a change and after each reconnect, until the caller is disposed. */
export function keepListsFresh(): void {
  const { servicesWS, deploymentsWS, mcpWS } = useLive();
  const refreshOn = useRefreshOn();
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

/** A function that fetches a query again on events; it returns the clean-ups of the listeners. */
export function useRefreshOn() {
  const invalidate = useInvalidate();
  return (queryKey: readonly unknown[], listen: (refresh: () => void) => (() => void)[]): (() => void)[] => {
    const { refresh, stop } = createRefresher(() => invalidate(queryKey), QUIET_MS);
    return [...listen(refresh), stop];
  };
}
