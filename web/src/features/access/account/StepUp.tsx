import Fingerprint from "lucide-solid/icons/fingerprint-pattern";
import { createSignal, onMount, Show } from "solid-js";
import { whenProofRequired } from "../../../lib/api/request.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { getPasskey, passkeysSupported } from "../../../lib/passkeys.ts";
import { useSession } from "../../../lib/session.ts";
import { resourceMessages } from "../../../resource/messages.ts";
import { Button, buttonClass } from "../../../ui/Button.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";
import { TextField } from "../../../ui/fields.tsx";
import { Callout } from "../../../ui/Notice.tsx";
import { accessMessages } from "../messages.ts";
import { describePasskeyFailure } from "../passkey-failure.ts";

const texts = accessMessages.stepUp;

/** Ends the open question; null without one. */
const [question, setQuestion] = createSignal<((proved: boolean) => void) | null>(null);

/**
 * Asks the user to re-authenticate when the server requires it before a sensitive action; the request is then sent
 * again. Rendered once per page.
 */
export function StepUpHost() {
  whenProofRequired(
    () =>
      new Promise((resolve) => {
        setQuestion(() => (proved: boolean) => {
          setQuestion(null);
          resolve(proved);
        });
      }),
  );
  return <Show when={question()}>{(done) => <StepUpDialog done={done()} />}</Show>;
}

function StepUpDialog(props: { done: (proved: boolean) => void }) {
  const session = useSession();
  const [ways, setWays] = createSignal<Awaited<ReturnType<typeof api.session.proofOptions>>>();
  const [password, setPassword] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);

  onMount(() => {
    api.session.proofOptions().then(setWays, (error: unknown) => setProblem(toMessage(error)));
  });

  const attempt = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
      props.done(true);
    } catch (error) {
      setProblem(describePasskeyFailure(error, "use"));
    } finally {
      setBusy(false);
    }
  };
  const withPassword = (event: Event) => {
    event.preventDefault();
    void attempt(() => api.session.prove({ password: password() }));
  };
  const withPasskey = () =>
    attempt(async () => {
      // A challenge counts once: each try takes a new one.
      const { passkey } = await api.session.proofOptions();
      if (passkey) await api.session.prove({ passkey: await getPasskey(passkey) });
    });
  const hasPasskey = () => Boolean(ways()?.passkey) && passkeysSupported();

  return (
    <Dialog
      open
      title={texts.title}
      onClose={() => props.done(false)}
      footer={
        <>
          <Button onClick={() => props.done(false)}>{resourceMessages.cancel}</Button>
          <Show when={ways()?.password}>
            <Button type="submit" form="step-up" variant="primary" busy={busy()} disabled={password() === ""}>
              {texts.confirm}
            </Button>
          </Show>
        </>
      }
    >
      <form id="step-up" class="form" onSubmit={withPassword}>
        <p>{texts.note}</p>
        <Show when={problem()}>
          <Callout tone="bad">{problem()}</Callout>
        </Show>
        <Show when={ways()?.password}>
          <input
            class="visually-hidden"
            type="text"
            autocomplete="username"
            value={session.principal()?.name ?? ""}
            tabIndex={-1}
            aria-hidden="true"
            readOnly
          />
          <TextField
            label={texts.password}
            type="password"
            name="own-password"
            autocomplete="current-password"
            value={password()}
            onInput={setPassword}
            focus
          />
        </Show>
        <Show when={hasPasskey()}>
          <Button block icon={<Fingerprint size={15} />} busy={busy()} onClick={() => void withPasskey()}>
            {texts.usePasskey}
          </Button>
        </Show>
        <Show when={ways()?.oidc && !ways()?.password}>
          <p>{texts.again}</p>
          <div class="row">
            <a class={buttonClass()} href={api.session.oidcUrl(true)} target="_blank" rel="noopener">
              {texts.signInAgain}
            </a>
            <Button variant="primary" onClick={() => props.done(true)}>
              {texts.continue}
            </Button>
          </div>
        </Show>
      </form>
    </Dialog>
  );
}
