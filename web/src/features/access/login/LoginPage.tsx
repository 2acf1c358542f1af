import Fingerprint from "lucide-solid/icons/fingerprint-pattern";
import LogIn from "lucide-solid/icons/log-in";
import { Show } from "solid-js";
import { api } from "../../../lib/api.ts";
import { passkeysSupported } from "../../../lib/passkeys.ts";
import { useSession } from "../../../lib/session.ts";
import { Button, buttonClass } from "../../../ui/Button.tsx";
import { TextField } from "../../../ui/fields.tsx";
import { Callout } from "../../../ui/Notice.tsx";
import { accessMessages } from "../messages.ts";
import { createIdentityProvider } from "./identity-provider.ts";
import { LoginGate } from "./LoginGate.tsx";
import { createSignIn, describeSecondStep, type SignIn } from "./sign-in.ts";

const texts = accessMessages.login;

/** Password and second factor, a passkey alone, or the identity provider. */
export default function LoginPage() {
  const session = useSession();
  const signIn = createSignIn(session.signedIn);
  const provider = createIdentityProvider(signIn.setProblem);
  const isSecondStep = () => signIn.factors() !== null;
  return (
    <LoginGate
      title={isSecondStep() ? texts.secondStep : texts.title}
      note={
        isSecondStep() ? describeSecondStep(signIn.factors()) : <span class="gate-host">{window.location.host}</span>
      }
      foot={texts.help}
    >
      <form class="form" onSubmit={(event) => void signIn.submit(event)}>
        <Show when={signIn.problem()}>
          <Callout tone="bad">{signIn.problem()}</Callout>
        </Show>
        <Show when={isSecondStep()} fallback={<Credentials signIn={signIn} />}>
          <SecondFactor signIn={signIn} />
        </Show>
      </form>
      <Show when={!isSecondStep()}>
        <Show when={provider.configured() || signIn.hasPasskeys()}>
          <div class="gate-or">{texts.or}</div>
        </Show>
        <Show when={signIn.hasPasskeys()}>
          <Button block icon={<Fingerprint size={15} />} onClick={() => void signIn.withPasskey()}>
            {texts.withPasskey}
          </Button>
        </Show>
        <Show when={provider.configured()}>
          <a class={`${buttonClass()} button-block`} href={api.session.oidcUrl()}>
            <LogIn size={15} />
            {texts.withProvider}
          </a>
        </Show>
      </Show>
    </LoginGate>
  );
}

function Credentials(props: { signIn: SignIn }) {
  return (
    <>
      <TextField
        label={texts.username}
        name="username"
        autocomplete="username webauthn"
        value={props.signIn.username()}
        onInput={props.signIn.setUsername}
        required
        focus
      />
      <TextField
        label={texts.password}
        type="password"
        name="password"
        autocomplete="current-password"
        value={props.signIn.password()}
        onInput={props.signIn.setPassword}
        required
      />
      <Button type="submit" variant="primary" block busy={props.signIn.busy()}>
        {texts.action}
      </Button>
    </>
  );
}

function SecondFactor(props: { signIn: SignIn }) {
  return (
    <>
      <TextField
        label={texts.code}
        name="code"
        autocomplete="one-time-code"
        value={props.signIn.code()}
        onInput={props.signIn.setCode}
        maxLength={32}
        required
        focus={props.signIn.factors()?.totp === true}
        mono
      />
      <Button type="submit" variant="primary" block busy={props.signIn.busy()}>
        {texts.verify}
      </Button>
      <Show when={props.signIn.factors()?.passkey && passkeysSupported()}>
        <Button block icon={<Fingerprint size={15} />} onClick={() => void props.signIn.withSecondPasskey()}>
          {texts.usePasskey}
        </Button>
      </Show>
      <Button variant="ghost" block onClick={props.signIn.startOver}>
        {texts.otherAccount}
      </Button>
    </>
  );
}
