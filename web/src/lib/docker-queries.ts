import { onCleanup } from "solid-js";
import { disk, images, networks, registries, updates, volumes } from "./api/docker.ts";
import { jobs } from "./jobs/jobs.ts";
import { invalidate, refreshOn } from "./queries.ts";
import { useQuery } from "./use-query.ts";
import { servicesWS } from "./ws-client.ts";

// Apart from the other queries: these pages are loaded when they are opened.
export const dockerKeys = {
  images: ["images"],
  image: (id: string) => ["images", id],
  volumes: ["volumes"],
  volume: (name: string) => ["volumes", name],
  networks: ["networks"],
  network: (id: string) => ["networks", id],
  disk: ["disk"],
  prune: ["prune"],
  registries: ["registries"],
  updates: ["updates"],
} as const;

/** While the page is there: asks again when a container changes, and when a long action ends. */
export function keepFresh(queryKey: readonly unknown[]): void {
  const stops = refreshOn(queryKey, (refresh) => [
    servicesWS.on("services:changed", refresh),
    servicesWS.onConnect(refresh),
    jobs.whenEnded(refresh),
  ]);
  onCleanup(() => {
    for (const stop of stops) stop();
  });
}

export function useImages() {
  keepFresh(dockerKeys.images);
  return useQuery(() => ({ queryKey: dockerKeys.images, queryFn: images.list }));
}
export const useImage = (id: () => string) =>
  useQuery(() => ({ queryKey: dockerKeys.image(id()), queryFn: () => images.get(id()) }));

export function useVolumes() {
  keepFresh(dockerKeys.volumes);
  return useQuery(() => ({ queryKey: dockerKeys.volumes, queryFn: volumes.list }));
}
export const useVolume = (name: () => string) =>
  useQuery(() => ({ queryKey: dockerKeys.volume(name()), queryFn: () => volumes.get(name()) }));

export function useNetworks() {
  keepFresh(dockerKeys.networks);
  return useQuery(() => ({ queryKey: dockerKeys.networks, queryFn: networks.list }));
}
export const useNetwork = (id: () => string) =>
  useQuery(() => ({ queryKey: dockerKeys.network(id()), queryFn: () => networks.get(id()) }));

/** The Engine walks every volume for it: asked for where it is shown, and not on every change. */
export const useDiskUsage = () =>
  useQuery(() => ({ queryKey: dockerKeys.disk, queryFn: disk.usage, staleTime: 60_000 }));

export const useRegistries = () => useQuery(() => ({ queryKey: dockerKeys.registries, queryFn: registries.list }));

/**
 * What registries said of newer images; a badge that cannot be asked for is no reason to trouble anybody. One of those
 * who use it on a page keeps it fresh: a badge stands in every row.
 */
export function useUpdates({ fresh = true } = {}) {
  if (fresh) keepFresh(dockerKeys.updates);
  return useQuery(() => ({ queryKey: dockerKeys.updates, queryFn: updates.list, staleTime: 60_000, retry: false }));
}

export const refreshDocker = async (): Promise<void> => {
  await Promise.all([dockerKeys.images, dockerKeys.volumes, dockerKeys.networks, dockerKeys.disk].map(invalidate));
};
