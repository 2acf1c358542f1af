import ShieldCheck from "lucide-solid/icons/shield-check";
import { createSignal, Match, Show, Switch } from "solid-js";
import { api, toMessage } from "../../../lib/api.ts";
import { invalidate, queryKeys } from "../../../lib/queries.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { Badge } from "../../../ui/Badge.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Card } from "../../../ui/Card.tsx";
import { CopyButton } from "../../../ui/CopyButton.tsx";
import { confirm } from "../../../ui/confirm.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";
import { TextField } from "../../../ui/fields.tsx";
import { Callout } from "../../../ui/Notice.tsx";
import { toast } from "../../../ui/toast.tsx";
import { QrCode } from "./QrCode.tsx";
import { RecoveryCodes } from "./RecoveryCodes.tsx";

type Step = { kind: "scan"; secret: string; uri: string } | { kind: "codes"; codes: string[] };

const titles: Record<Step["kind"], string> = {
  scan: "Scan with your authenticator",
  codes: "Keep these recovery codes",
};

/** The second factor: an authenticator app and recovery codes. */
export function TotpCard() {
  const [step, setStep] = createSignal<Step | null>(null);
  const [text, setText] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);

  const account = useQuery(() => ({ queryKey: queryKeys.account, queryFn: () => api.account.get() }));

  const show = (next: Step | null) => {
    setText("");
    setProblem(null);
    setStep(next);
  };
  const attempt = async (work: () => Promise<Step | null>) => {
    setBusy(true);
    setProblem(null);
    try {
      show(await work());
    } catch (error) {
      setProblem(toMessage(error));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const now = step();
    const typed = text();
    if (now?.kind === "scan") {
      void attempt(async () => {
        const codes = await api.account.confirmTotp(typed.trim());
        await invalidate(queryKeys.account);
        return { kind: "codes", codes };
      });
    }
  };
  const enrol = () =>
    attempt(async () => {
      const { secret, uri } = await api.account.beginTotp();
      return { kind: "scan", secret, uri };
    });
  const remove = async () => {
    const isLast = account.data?.passkeys.length === 0;
    const yes = await confirm({
      title: "Remove the authenticator?",
      body: isLast
        ? "It is your last second factor: your password alone will let you in."
        : "Its codes no longer let you in. Your passkeys and recovery codes do.",
      action: "Remove",
      danger: true,
    });
    if (!yes) return;
    await attempt(async () => {
      await api.account.removeTotp();
      await invalidate(queryKeys.account);
      toast.success("The authenticator has been removed.");
      return null;
    });
  };
  const scan = () => {
    const now = step();
    return now?.kind === "scan" ? now : undefined;
  };
  const codes = () => {
    const now = step();
    return now?.kind === "codes" ? now.codes : undefined;
  };

  return (
    <Card title="Authenticator">
      <div class="stack">
        <p class="muted">
          A six-digit code from an authenticator app, asked for after your password. Whoever gets into this panel
          controls the whole server: use this, or a passkey.
        </p>
        <Show when={step() === null && problem()}>
          <Callout tone="bad">{problem()}</Callout>
        </Show>
        <Show when={account.data}>
          {(own) => (
            <div class="row row-wrap">
              <Show
                when={own().totp}
                fallback={
                  <Button icon={<ShieldCheck size={15} />} busy={busy()} onClick={() => void enrol()}>
                    Set up authenticator
                  </Button>
                }
              >
                <Badge tone="ok">On</Badge>
                <Button variant="ghost" onClick={() => void remove()}>
                  Remove
                </Button>
              </Show>
            </div>
          )}
        </Show>
      </div>
      <Dialog
        open={step() !== null}
        onClose={() => show(null)}
        title={titles[step()?.kind ?? "scan"]}
        wide={step()?.kind === "scan"}
        footer={
          <Show
            when={codes()}
            fallback={
              <>
                <Button onClick={() => show(null)}>Cancel</Button>
                <Button type="submit" form="totp" variant="primary" busy={busy()}>
                  Continue
                </Button>
              </>
            }
          >
            <Button variant="primary" onClick={() => show(null)}>
              I have kept them
            </Button>
          </Show>
        }
      >
        <form id="totp" class="form" onSubmit={submit}>
          <Show when={problem()}>
            <Callout tone="bad">{problem()}</Callout>
          </Show>
          <Switch>
            <Match when={scan()}>
              {(shown) => (
                <div class="totp">
                  <QrCode text={shown().uri} label="QR code of the secret" />
                  <div class="form">
                    <p>Scan the code, or type the secret into the app:</p>
                    <div class="secret">
                      <span>{shown().secret}</span>
                      <CopyButton text={shown().secret} label="Copy secret" />
                    </div>
                    <TextField
                      label="Six digits the app shows now"
                      value={text()}
                      onInput={setText}
                      autocomplete="one-time-code"
                      inputMode="numeric"
                      maxLength={6}
                      required
                      focus
                      mono
                    />
                  </div>
                </div>
              )}
            </Match>
            <Match when={codes()}>{(list) => <RecoveryCodes codes={list()} />}</Match>
          </Switch>
        </form>
      </Dialog>
    </Card>
  );
}
