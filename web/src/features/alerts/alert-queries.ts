import { api } from "../../lib/api.ts";
import { queryKeys } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { useQuery } from "../../lib/use-query.ts";

export const useRules = () =>
  useQuery(() => ({ queryKey: [...queryKeys.alerts, "rules"], queryFn: () => api.alerts.rules() }));
/** The channels, for users who may manage alerts; no request without that permission. */
export function useChannels() {
  const session = useSession();
  return useQuery(() => ({
    queryKey: [...queryKeys.alerts, "channels"],
    queryFn: () => api.alerts.channels(),
    enabled: session.may("alerts:manage"),
  }));
}
