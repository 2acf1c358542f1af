import type { AlertChannel } from "../../../../../shared/protocol/alert.ts";
import { api } from "../../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { sendAction } from "../../../resource/confirm-action.ts";
import { alertMessages } from "../messages.ts";

/** The default channel of the installation: which one, and every rule at once. Both resolve with whether they succeeded. */
export function useDefaultChannel() {
  const invalidate = useInvalidate();
  const refetch = () => invalidate(queryKeys.alerts);
  return {
    useForAllRules: ({ id, name }: Pick<AlertChannel, "id" | "name">): Promise<boolean> =>
      sendAction({
        send: () => api.alerts.setDefaultChannel({ channel: id, allRules: true }),
        done: alertMessages.channels.usedForAll(visibleName(name)),
        refetch,
      }),
    stop: (): Promise<boolean> =>
      sendAction({
        send: () => api.alerts.setDefaultChannel({ channel: null }),
        done: alertMessages.channels.noDefault,
        refetch,
      }),
  };
}
