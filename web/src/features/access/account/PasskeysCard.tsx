import KeyRound from "lucide-solid/icons/key-round";
import { createSignal, For, Match, Show, Switch } from "solid-js";
import type { PasskeyInfo } from "../../../../../shared/protocol/passkey.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { formatAgo, formatDateTime } from "../../../lib/format.ts";
import { isStepBack, makePasskey, passkeyProblem, passkeysSupported } from "../../../lib/passkeys.ts";
import { invalidate, queryKeys } from "../../../lib/queries.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { Button } from "../../../ui/Button.tsx";
import { Card } from "../../../ui/Card.tsx";
import { confirm } from "../../../ui/confirm.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";
import { TextField } from "../../../ui/fields.tsx";
import { Callout } from "../../../ui/Notice.tsx";
import { toast } from "../../../ui/toast.tsx";
import { browserName } from "./browser-name.ts";
import { RecoveryCodes } from "./RecoveryCodes.tsx";

type Step = { kind: "add" } | { kind: "rename"; passkey: PasskeyInfo } | { kind: "codes"; codes: string[] };

const titles: Record<Step["kind"], string> = {
  add: "Add a passkey",
  rename: "Rename passkey",
  codes: "Keep these recovery codes",
};

/** Why no passkey can be made here; undefined when one can. */
function obstacle({
  passkeyProblem: problem,
  passkeyHost: host,
}: {
  passkeyProblem: string | null;
  passkeyHost: string;
}) {
  if (problem !== null) return problem;
  if (window.location.hostname !== host) return `Passkeys of this panel work at ${host}. Open it there to add one.`;
  return passkeysSupported() ? undefined : "This browser does not support passkeys.";
}

/** The own passkeys: a log-in of their own, or the second factor. */
export function PasskeysCard() {
  const account = useQuery(() => ({ queryKey: queryKeys.account, queryFn: () => api.account.get() }));
  const [step, setStep] = createSignal<Step | null>(null);
  const [name, setName] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);

  const show = (next: Step | null) => {
    setProblem(null);
    setName(next?.kind === "rename" ? next.passkey.name : next?.kind === "add" ? browserName(navigator.userAgent) : "");
    setStep(next);
  };
  const attempt = async (work: () => Promise<Step | null>) => {
    setBusy(true);
    setProblem(null);
    try {
      const next = await work();
      await invalidate(queryKeys.account);
      await invalidate(queryKeys.sessions);
      show(next);
    } catch (error) {
      if (!isStepBack(error)) setProblem(passkeyProblem(error, true) ?? toMessage(error));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const now = step();
    const typed = name().trim();
    if (now?.kind === "add") {
      void attempt(async () => {
        const response = await makePasskey(await api.account.passkeyOptions());
        const { recoveryCodes } = await api.account.addPasskey({ name: typed, response });
        toast.success("The passkey has been added.");
        return recoveryCodes && { kind: "codes", codes: recoveryCodes };
      });
    } else if (now?.kind === "rename") {
      void attempt(async () => {
        await api.account.renamePasskey(now.passkey.id, typed);
        return null;
      });
    }
  };
  const remove = async (passkey: PasskeyInfo) => {
    const isLast = account.data?.passkeys.length === 1 && !account.data.totp;
    const yes = await confirm({
      title: `Remove ${passkey.name}?`,
      body: isLast
        ? "It is your last second factor: your password alone will let you in. The device keeps its passkey until you delete it there."
        : "It no longer lets you in. The device keeps its passkey until you delete it there.",
      action: "Remove",
      danger: true,
    });
    if (!yes) return;
    try {
      await api.account.removePasskey(passkey.id);
      toast.success(`${passkey.name} has been removed.`);
    } catch (error) {
      toast.error(error);
    }
    await invalidate(queryKeys.account);
  };
  const codes = () => {
    const now = step();
    return now?.kind === "codes" ? now.codes : undefined;
  };

  return (
    <Card title="Passkeys">
      <div class="stack">
        <p class="muted">
          Log in by fingerprint, face or PIN of a device, or with a security key. With a passkey your password alone no
          longer lets you in.
        </p>
        <Show when={account.data}>
          {(own) => (
            <>
              <Show when={own().passkeys.length > 0}>
                <ul class="passkeys" aria-label="Your passkeys">
                  <For each={own().passkeys}>
                    {(passkey) => (
                      <li>
                        <KeyRound size={15} />
                        <span class="passkey-name">
                          <b class="truncate">{passkey.name}</b>
                          <span class="muted" title={formatDateTime(passkey.lastUsedAt ?? passkey.createdAt)}>
                            {passkey.lastUsedAt === null
                              ? `Added ${formatAgo(passkey.createdAt)}, not used yet`
                              : `Used ${formatAgo(passkey.lastUsedAt)}`}
                          </span>
                        </span>
                        <Button
                          size="sm"
                          variant="ghost"
                          aria-label={`Rename ${passkey.name}`}
                          onClick={() => show({ kind: "rename", passkey })}
                        >
                          Rename
                        </Button>
                        <Button
                          size="sm"
                          variant="ghost"
                          aria-label={`Remove ${passkey.name}`}
                          onClick={() => void remove(passkey)}
                        >
                          Remove
                        </Button>
                      </li>
                    )}
                  </For>
                </ul>
              </Show>
              <Show
                when={obstacle(own())}
                fallback={
                  <div class="row">
                    <Button onClick={() => show({ kind: "add" })}>Add a passkey</Button>
                  </div>
                }
              >
                {(why) => <Callout tone="info">{why()}</Callout>}
              </Show>
            </>
          )}
        </Show>
      </div>
      <Dialog
        open={step() !== null}
        onClose={() => show(null)}
        title={titles[step()?.kind ?? "add"]}
        footer={
          <Show
            when={codes()}
            fallback={
              <>
                <Button onClick={() => show(null)}>Cancel</Button>
                <Button type="submit" form="passkey" variant="primary" busy={busy()} disabled={name().trim() === ""}>
                  {step()?.kind === "rename" ? "Save" : "Continue"}
                </Button>
              </>
            }
          >
            <Button variant="primary" onClick={() => show(null)}>
              Done
            </Button>
          </Show>
        }
      >
        <form id="passkey" class="form" onSubmit={submit}>
          <Show when={problem()}>
            <Callout tone="bad">{problem()}</Callout>
          </Show>
          <Switch>
            <Match when={codes()}>{(list) => <RecoveryCodes codes={list()} />}</Match>
            <Match when={true}>
              <TextField
                label="Name"
                hint="To tell it from your other passkeys."
                value={name()}
                onInput={setName}
                maxLength={64}
                required
                focus
              />
            </Match>
          </Switch>
        </form>
      </Dialog>
    </Card>
  );
}
