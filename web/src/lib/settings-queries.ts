import { api } from "./api.ts";
import { queryKeys } from "./queries.ts";
import { useSession } from "./session.ts";
import { useQuery } from "./use-query.ts";

/** Whether the account may read and change the settings: an administrator whose scope is the whole host. */
export function useMayChangeSettings(): () => boolean {
  const session = useSession();
  return () => session.may("settings:manage") && session.principal()?.limits.services === null;
}

/** Settings of the server; fetched for administrators of the whole host only. */
export function useSettings() {
  const enabled = useMayChangeSettings();
  return useQuery(() => ({
    queryKey: queryKeys.settings,
    queryFn: () => api.settings.list(),
    enabled: enabled(),
  }));
}
