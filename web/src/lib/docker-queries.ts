import { onCleanup } from "solid-js";
import { disk, images, networks, registries, updates, volumes } from "./api/docker.ts";
import { useJobs } from "./jobs/jobs.ts";
import { useLive } from "./live-context.ts";
import { useInvalidate, useRefreshOn } from "./queries.ts";
import { useQuery } from "./use-query.ts";

// In a file of their own: their pages are loaded on demand.
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

/** Fetches a query again when a container changes or a job ends, until the caller is disposed. */
export function keepFresh(queryKey: readonly unknown[]): void {
  const { servicesWS, gate } = useLive();
  const jobs = useJobs();
  const refreshOn = useRefreshOn();
  const stops = refreshOn(queryKey, (refresh) => [
    servicesWS.on("services:changed", refresh),
    gate.onConnect(servicesWS, refresh),
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

/** Disk usage. The Engine walks through every volume to measure it, so a change does not fetch it again. */
export const useDiskUsage = () =>
  useQuery(() => ({ queryKey: dockerKeys.disk, queryFn: disk.usage, staleTime: 60_000 }));

export const useRegistries = () => useQuery(() => ({ queryKey: dockerKeys.registries, queryFn: registries.list }));

/**
 * Newer images in the registries. A failure is not shown: only a badge is missing.
 *
 * @param fresh Whether the caller keeps the query fresh; false for a badge that is in every row.
 */
export function useUpdates({ fresh = true } = {}) {
  if (fresh) keepFresh(dockerKeys.updates);
  return useQuery(() => ({ queryKey: dockerKeys.updates, queryFn: updates.list, staleTime: 60_000 }));
}

/** A function that fetches the lists of images, volumes and networks and the disk usage again. */
export function useRefreshDocker(): () => Promise<void> {
  const invalidate = useInvalidate();
  return async () => {
    await Promise.all([dockerKeys.images, dockerKeys.volumes, dockerKeys.networks, dockerKeys.disk].map(invalidate));
  };
}
