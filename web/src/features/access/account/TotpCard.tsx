import ShieldCheck from "lucide-solid/icons/shield-check";
import { createSignal, Show } from "solid-js";
import { api } from "../../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { confirmAction } from "../../../resource/confirm-action.ts";
import { QueryView } from "../../../resource/QueryView.tsx";
import { createSubmit } from "../../../resource/submit.ts";
import { Badge, Button, Callout, Card } from "../../../ui/index.ts";
import { accessMessages } from "../messages.ts";
import { TotpDialog, type TotpEnrolment } from "./TotpDialog.tsx";

const texts = accessMessages.totp;

/** The authenticator app of the user: whether it is set up, and how to set it up or remove it. */
export function TotpCard() {
  const invalidate = useInvalidate();
  const account = useQuery(() => ({ queryKey: queryKeys.account, queryFn: () => api.account.get() }));
  const [enrolment, setEnrolment] = createSignal<TotpEnrolment | null>(null);
  const enrol = createSubmit({ send: () => api.account.beginTotp(), onSent: setEnrolment });
  const remove = () =>
    confirmAction({
      title: texts.removeTitle,
      body: texts.removeNote(account.data?.passkeys.length === 0),
      action: texts.remove,
      danger: true,
      send: () => api.account.removeTotp(),
      done: texts.removed,
      refetch: () => invalidate(queryKeys.account),
    });

  return (
    <Card title={texts.title}>
      <div class="stack">
        <p class="muted">{texts.note}</p>
        <Show when={enrol.problem()}>{(problem) => <Callout tone="bad">{problem()}</Callout>}</Show>
        <QueryView query={account} lines={1}>
          {(own) => (
            <div class="row row-wrap">
              <Show
                when={own().totp}
                fallback={
                  <Button icon={<ShieldCheck size={15} />} busy={enrol.busy()} onClick={() => void enrol.submit()}>
                    {texts.setUp}
                  </Button>
                }
              >
                <Badge tone="ok">{texts.on}</Badge>
                <Button variant="ghost" onClick={() => void remove()}>
                  {texts.remove}
                </Button>
              </Show>
            </div>
          )}
        </QueryView>
      </div>
      <Show when={enrolment()}>
        {(created) => <TotpDialog enrolment={created()} onClose={() => setEnrolment(null)} />}
      </Show>
    </Card>
  );
}
