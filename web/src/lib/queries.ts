import { QueryClient, useQueryClient } from "@tanstack/solid-query";
import { onCleanup } from "solid-js";
import type { Deployment } from "../../../shared/protocol/deployment.ts";
import type { McpServer } from "../../../shared/protocol/mcp.ts";
import type { Service } from "../../../shared/protocol/service.ts";
import { NAMED_SERVICES_MAX } from "../../../shared/protocol/service-choices.ts";
import { ApiFailure, api } from "./api.ts";
import { fetchAgain } from "./fetch-again.ts";
import { keepSame } from "./keep-same.ts";
import { useLive } from "./live-context.ts";
import { healInterval, SOON_MS, storedContainersInterval } from "./refetch-intervals.ts";
import { createRefresher } from "./refresher.ts";
import { createRowRefresher, type RowList } from "./row-refresh.ts";
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
  deploymentDetails: (id: string) => ["deployments", id, "details"],
  processList: ["process-list"],
  interpreters: ["interpreters"],
  mcp: ["mcp"],
  mcpSnippets: (id: string) => ["mcp", id, "snippets"],
  mcpTools: (id: string) => ["mcp", id, "tools"],
  mcpAbout: (id: string) => ["mcp", id, "about"],
  mcpChanges: (id: string) => ["mcp", id, "changes"],
  mcpRequests: (id: string) => ["mcp", id, "requests"],
  mcpRoots: (id: string) => ["mcp", id, "roots"],
  alerts: ["alerts"],
  system: ["system"],
  gettingStarted: ["getting-started"],
  settings: ["settings"],
  version: ["version"],
  users: ["users"],
  accessAreas: ["access"],
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
  new QueryClient({
    defaultOptions: {
      queries: {
        retry: retries,
        refetchInterval: ({ state }) => healInterval(state),
        staleTime: 10_000,
        gcTime: 5 * 60_000,
        reconcile: keepSame,
      },
    },
  });

/** A function that fetches the queries below a key again. Called while a component is set up. */
export function useInvalidate(): (queryKey: readonly unknown[]) => Promise<void> {
  const client = useQueryClient();
  return (queryKey) => fetchAgain(client, { queryKey });
}

/** Containers whose state changes without an event. */
const unsettled = (list: { services: readonly Service[] } | undefined): readonly Service[] =>
  (list?.services ?? []).filter(({ state, lastRun }) => state === "restarting" || lastRun === undefined);

/** A query of a list that events keep fresh: the first fetch waits for them, see {@link createStartGate}. */
function useLiveList<Data>(queryKey: readonly string[], list: (signal: AbortSignal) => Promise<Data>) {
  const { gate } = useLive();
  return useQuery(() => ({
    queryKey,
    queryFn: async ({ signal }) => {
      await gate.opened;
      return list(signal);
    },
  }));
}

export const useServices = () => useLiveList(queryKeys.services, api.services.list);
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
export const useStacks = () => useLiveList(queryKeys.stacks, api.stacks.list);
export const useStack = (name: () => string) =>
  useQuery(() => ({
    queryKey: queryKeys.stack(name()),
    queryFn: ({ signal }) => api.stacks.get(name(), signal),
    refetchInterval: ({ state }) => {
      const services = state.data?.stack.services.flatMap(({ containers }) => containers) ?? [];
      return unsettled({ services }).length > 0 ? SOON_MS : healInterval(state);
    },
  }));
export const useDeployments = () => useLiveList(queryKeys.deployments, api.deployments.list);
export const useDeployment = (id: () => string) =>
  useQuery(() => ({ queryKey: queryKeys.deployment(id()), queryFn: () => api.deployments.get(id()) }));
export const useMcpServers = () => useLiveList(queryKeys.mcp, () => api.mcp.list());
export function useAlerts() {
  const session = useSession();
  const { gate } = useLive();
  return useQuery(() => ({
    queryKey: [...queryKeys.alerts, "now"],
    queryFn: () => gate.opened.then(() => api.alerts.now()),
    enabled: session.may("alerts:view"),
  }));
}
export function useBell() {
  const session = useSession();
  const { gate } = useLive();
  return useQuery(() => ({
    queryKey: [...queryKeys.alerts, "bell"],
    queryFn: () => gate.opened.then(() => api.alerts.bell({ limit: 30 })),
    enabled: session.may("alerts:view"),
  }));
}
export const useSystemInfo = () =>
  useQuery(() => ({ queryKey: queryKeys.system, queryFn: () => api.system.info(), refetchInterval: 30_000 }));

/** Shortest time between two fetches of one list, in milliseconds: a crash loop sends many events per second. */
const QUIET_MS = 400;

/** Rows that are fetched by one request each, at most. */
const SINGLE_ROWS_MAX = 4;

/** Fetches rows one by one; those that are gone are left out. */
async function rowsById<Row>(ids: readonly string[], get: (id: string) => Promise<Row>): Promise<Row[]> {
  const isGone = (error: unknown) => error instanceof ApiFailure && error.code === "not_found";
  const rows = await Promise.all(
    ids.map((id) =>
      get(id).catch((error: unknown) => {
        if (!isGone(error)) throw error;
        return undefined;
      }),
    ),
  );
  return rows.filter((row) => row !== undefined);
}

const serviceRows: RowList<Service> = {
  queryKey: queryKeys.services,
  field: "services",
  namesOf: ({ id, name }) => [id, name],
  max: NAMED_SERVICES_MAX,
  fetch: async (ids) => {
    const { services, engine } = await api.services.named(ids);
    return engine.state === "up" ? services : undefined;
  },
};
const deploymentRows: RowList<Deployment> = {
  queryKey: queryKeys.deployments,
  field: "deployments",
  namesOf: ({ id }) => [id],
  max: SINGLE_ROWS_MAX,
  fetch: (ids) => rowsById(ids, api.deployments.get),
};
const serverRows: RowList<McpServer> = {
  queryKey: queryKeys.mcp,
  field: "servers",
  namesOf: ({ id }) => [id],
  max: SINGLE_ROWS_MAX,
  fetch: (ids) => rowsById(ids, api.mcp.get),
};

/** Fetches what changed again after each event about it, and the lists after each reconnect, until the caller is disposed. */
export function keepListsFresh(): void {
  const { servicesWS, deploymentsWS, mcpWS, gate } = useLive();
  const client = useQueryClient();
  const refreshOn = useRefreshOn();
  const services = createRowRefresher(client, serviceRows, QUIET_MS);
  const deployments = createRowRefresher(client, deploymentRows, QUIET_MS);
  const servers = createRowRefresher(client, serverRows, QUIET_MS);
  // No event announces that the Engine has stopped restarting a container, or that the cause of its end is known.
  const soon = setInterval(() => {
    if (globalThis.document?.hidden) return;
    for (const { id } of unsettled(client.getQueryData(queryKeys.services))) services.changed(id);
  }, SOON_MS);
  const stops = [
    () => clearInterval(soon),
    services.stop,
    deployments.stop,
    servers.stop,
    servicesWS.on("services:changed", ({ containerId }) => services.changed(containerId)),
    gate.onConnect(servicesWS, services.changed),
    deploymentsWS.on("deployments:changed", ({ deploymentId }) => deployments.changed(deploymentId)),
    gate.onConnect(deploymentsWS, deployments.changed),
    mcpWS.on("mcp:changed", ({ serverId }) => servers.changed(serverId)),
    gate.onConnect(mcpWS, servers.changed),
    ...refreshOn(queryKeys.stacks, (refresh) => [
      servicesWS.on("services:changed", refresh),
      gate.onConnect(servicesWS, refresh),
    ]),
    ...refreshOn(queryKeys.alerts, (refresh) => [
      servicesWS.on("alerts:changed", refresh),
      deploymentsWS.on("alerts:changed", refresh),
      gate.onConnect(servicesWS, refresh),
    ]),
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
