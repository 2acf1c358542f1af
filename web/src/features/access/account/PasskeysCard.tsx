import KeyRound from "lucide-solid/icons/key-round";
import { createSignal, For, Show } from "solid-js";
import type { PasskeyInfo } from "../../../../../shared/protocol/passkey.ts";
import { api } from "../../../lib/api.ts";
import { formatAgo, formatDateTime } from "../../../lib/format.ts";
import { passkeysSupported } from "../../../lib/passkeys.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { confirmAction } from "../../../resource/confirm-action.ts";
import { QueryView } from "../../../resource/QueryView.tsx";
import { Button, Callout, Card } from "../../../ui/index.ts";
import { accessMessages } from "../messages.ts";
import { PasskeyDialog } from "./PasskeyDialog.tsx";

const texts = accessMessages.passkeys;

/** Why no passkey can be added here; undefined if one can. */
function obstacle({ passkeyProblem, passkeyHost }: { passkeyProblem: string | null; passkeyHost: string }) {
  if (passkeyProblem !== null) return passkeyProblem;
  if (window.location.hostname !== passkeyHost) return texts.otherHost(passkeyHost);
  return passkeysSupported() ? undefined : texts.unsupported;
}

/** The passkeys of the user: each is a way to sign in, and the second factor beside the password. */
export function PasskeysCard() {
  const invalidate = useInvalidate();
  const account = useQuery(() => ({ queryKey: queryKeys.account, queryFn: () => api.account.get() }));
  const [editing, setEditing] = createSignal<PasskeyInfo | "new" | null>(null);
  const remove = (passkey: PasskeyInfo) =>
    confirmAction({
      title: texts.removeTitle(passkey.name),
      body: texts.removeNote(account.data?.passkeys.length === 1 && !account.data.totp),
      action: texts.remove,
      danger: true,
      send: () => api.account.removePasskey(passkey.id),
      done: texts.removed(passkey.name),
      refetch: () => invalidate(queryKeys.account),
    });

  return (
    <Card title={texts.title}>
      <div class="stack">
        <p class="muted">{texts.note}</p>
        <QueryView query={account} lines={1}>
          {(own) => (
            <>
              <Show when={own().passkeys.length > 0}>
                <PasskeyList
                  passkeys={own().passkeys}
                  onRename={setEditing}
                  onRemove={(passkey) => void remove(passkey)}
                />
              </Show>
              <Show
                when={obstacle(own())}
                fallback={
                  <div class="row">
                    <Button onClick={() => setEditing("new")}>{texts.add}</Button>
                  </div>
                }
              >
                {(why) => <Callout tone="info">{why()}</Callout>}
              </Show>
            </>
          )}
        </QueryView>
      </div>
      <Show when={editing()} keyed>
        {(passkey) => <PasskeyDialog passkey={passkey === "new" ? null : passkey} onClose={() => setEditing(null)} />}
      </Show>
    </Card>
  );
}

interface PasskeyListProps {
  passkeys: readonly PasskeyInfo[];
  onRename: (passkey: PasskeyInfo) => void;
  onRemove: (passkey: PasskeyInfo) => void;
}

function PasskeyList(props: PasskeyListProps) {
  return (
    <ul class="passkeys" aria-label={texts.list}>
      <For each={props.passkeys}>
        {(passkey) => (
          <li>
            <KeyRound size={15} />
            <span class="passkey-name">
              <b class="truncate">{passkey.name}</b>
              <span class="muted" title={formatDateTime(passkey.lastUsedAt ?? passkey.createdAt)}>
                {passkey.lastUsedAt === null
                  ? texts.unused(formatAgo(passkey.createdAt))
                  : texts.used(formatAgo(passkey.lastUsedAt))}
              </span>
            </span>
            <Button
              size="sm"
              variant="ghost"
              aria-label={texts.renameOne(passkey.name)}
              onClick={() => props.onRename(passkey)}
            >
              {texts.rename}
            </Button>
            <Button
              size="sm"
              variant="ghost"
              aria-label={texts.removeOne(passkey.name)}
              onClick={() => props.onRemove(passkey)}
            >
              {texts.remove}
            </Button>
          </li>
        )}
      </For>
    </ul>
  );
}
