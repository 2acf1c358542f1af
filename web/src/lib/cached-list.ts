import type { Accessor } from "solid-js";
import { useQuery } from "./use-query.ts";

/** Age up to which a list that is in the cache is not fetched again, in milliseconds. */
const FRESH_MS = 5 * 60_000;

/** A list from the cache, fetched only if it is not there: for views that show many lists at once. */
export const useCachedList = <T>(
  queryKey: readonly unknown[],
  queryFn: (context: { signal: AbortSignal }) => Promise<T>,
  enabled: Accessor<boolean> = () => true,
) => useQuery(() => ({ queryKey, queryFn, enabled: enabled(), staleTime: FRESH_MS, retry: false }));
