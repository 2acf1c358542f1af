import type { ApiKeyInfo } from "../../../../../shared/protocol/account.ts";
import { api } from "../../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { confirmAction } from "../../../resource/confirm-action.ts";
import { accessMessages } from "../messages.ts";

const texts = accessMessages.keys;

/** A function that asks, and revokes an API key. Resolves with whether it was revoked. */
export function useRevokeKey(): (key: ApiKeyInfo) => Promise<boolean> {
  const invalidate = useInvalidate();
  return (key) =>
    confirmAction({
      title: texts.revokeTitle(key.name),
      body: texts.revokeNote,
      action: texts.revoke,
      danger: true,
      send: () => api.keys.revoke(key.id),
      done: texts.revoked,
      refetch: () => invalidate(queryKeys.keys),
    });
}
