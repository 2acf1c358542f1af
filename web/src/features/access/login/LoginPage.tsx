import Fingerprint from "lucide-solid/icons/fingerprint-pattern";
import LogIn from "lucide-solid/icons/log-in";
import { createSignal, onCleanup, onMount, Show } from "solid-js";
import type { Principal } from "../../../../../shared/protocol/access.ts";
import type { SecondFactors } from "../../../lib/api/failure.ts";
import { ApiFailure, api, toMessage } from "../../../lib/api.ts";
import {
  getPasskey,
  isStepBack,
  offerPasskeys,
  passkeyProblem,
  passkeysSupported,
  withdrawOffer,
} from "../../../lib/passkeys.ts";
import { session } from "../../../lib/session.ts";
import { Button, buttonClass } from "../../../ui/Button.tsx";
import { TextField } from "../../../ui/fields.tsx";
import { Callout } from "../../../ui/Notice.tsx";
import { LoginGate } from "./LoginGate.tsx";

/** The challenge of an offered passkey ends after ten minutes. */
const OFFER_RENEWAL_MS = 540_000;

/**
 * Password, then the second factor when the account has one; or a passkey alone; or the identity provider.
 * Long because all of them are one form.
 */
export default function LoginPage() {
  const [username, setUsername] = createSignal("");
  const [password, setPassword] = createSignal("");
  const [code, setCode] = createSignal("");
  /** The second factors of the user whose password was right. */
  const [factors, setFactors] = createSignal<SecondFactors | null>(null);
  const codeAsked = () => factors() !== null;
  const [passkeys, setPasskeys] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const failed = oidcError();
  const [problem, setProblem] = createSignal<string | null>(failed === null ? null : oidcProblem(failed));
  const [provider, setProvider] = createSignal<{ configured: boolean }>();

  onMount(() => {
    // Without an answer there is simply no such button.
    api.session.oidc().then(
      (found) => {
        setProvider(found);
        // What is shown comes from the server: an address could say anything.
        if (failed === "upstream_unavailable" && found.problem && problem() === oidcProblem(failed)) {
          setProblem(`${found.problem} Until then, use your password.`);
        }
      },
      () => {},
    );
  });

  /** The browser's own list under the user name; asked for anew before the challenge ends. */
  const offer = async () => {
    const options = passkeysSupported() ? await api.session.passkeyOptions() : null;
    setPasskeys(options !== null);
    const response = options === null ? undefined : await offerPasskeys(options);
    if (response) await enter(() => api.session.beginWithPasskey(response));
  };
  // Without an answer, or when the person steps back, there is still the password.
  const offerQuietly = () => void offer().catch(() => {});
  onMount(offerQuietly);
  const renewal = setInterval(() => !codeAsked() && !busy() && offerQuietly(), OFFER_RENEWAL_MS);
  onCleanup(() => {
    clearInterval(renewal);
    if (passkeys()) void withdrawOffer();
  });

  const enter = async (work: () => Promise<Principal>) => {
    setBusy(true);
    setProblem(null);
    try {
      session.signedIn(await work());
    } catch (error) {
      if (!isStepBack(error)) setProblem(passkeyProblem(error) ?? describe(error));
    } finally {
      setBusy(false);
    }
  };
  const withPasskey = () =>
    enter(async () => {
      const options = await api.session.passkeyOptions();
      if (!options) throw new Error("Nobody has a passkey here.");
      return api.session.beginWithPasskey(await getPasskey(options));
    });
  const secondPasskey = async () => {
    const options = factors()?.passkey;
    if (!options) return;
    const typed = { username: username().trim(), password: password() };
    try {
      const passkey = await getPasskey(options);
      await enter(() => api.session.begin({ ...typed, passkey }).catch(keepFactors));
    } catch (error) {
      if (!isStepBack(error)) setProblem(passkeyProblem(error) ?? describe(error));
    }
  };
  /** A refused second factor brings a new challenge. */
  const keepFactors = (error: unknown): never => {
    if (error instanceof ApiFailure && error.factors) setFactors(error.factors);
    throw error;
  };

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const asked = codeAsked();
      const principal = await api.session.begin({
        username: username().trim(),
        password: password(),
        ...(asked ? { code: code().trim() } : {}),
      });
      session.signedIn(principal);
    } catch (error) {
      const first = !codeAsked();
      if (error instanceof ApiFailure && error.codeRequired) setFactors(error.factors ?? { totp: true, passkey: null });
      if (!first || !codeAsked()) setProblem(describe(error));
      setCode("");
    } finally {
      setBusy(false);
    }
  };
  const secondStep = () => {
    const hasPasskey = factors()?.passkey && passkeysSupported();
    if (!factors()?.totp) {
      return hasPasskey
        ? "Use your passkey, or enter a recovery code."
        : "Your passkeys do not work at this address: enter a recovery code.";
    }
    const digits = "Enter the six digits your authenticator shows, or a recovery code";
    return hasPasskey ? `${digits}, or use your passkey.` : `${digits}.`;
  };
  const startOver = () => {
    setFactors(null);
    setPassword("");
    setProblem(null);
  };

  return (
    <LoginGate
      title={codeAsked() ? "Second step" : "Log in"}
      note={codeAsked() ? secondStep() : <LoginHost />}
      foot="Locked out? On the server, run npm run admin -- reset-password."
    >
      <form class="form" onSubmit={(event) => void submit(event)}>
        <Show when={problem()}>
          <Callout tone="bad">{problem()}</Callout>
        </Show>
        <Show
          when={codeAsked()}
          fallback={
            <>
              <TextField
                label="User name"
                name="username"
                autocomplete="username webauthn"
                value={username()}
                onInput={setUsername}
                required
                focus
              />
              <TextField
                label="Password"
                type="password"
                name="password"
                autocomplete="current-password"
                value={password()}
                onInput={setPassword}
                required
              />
            </>
          }
        >
          <TextField
            label="Code"
            name="code"
            autocomplete="one-time-code"
            value={code()}
            onInput={setCode}
            maxLength={32}
            required
            focus={factors()?.totp === true}
            mono
          />
        </Show>
        <Button type="submit" variant="primary" block busy={busy()}>
          {codeAsked() ? "Verify" : "Log in"}
        </Button>
        <Show when={factors()?.passkey && passkeysSupported()}>
          <Button block icon={<Fingerprint size={15} />} onClick={() => void secondPasskey()}>
            Use a passkey
          </Button>
        </Show>
        <Show when={codeAsked()}>
          <Button variant="ghost" block onClick={startOver}>
            Use another account
          </Button>
        </Show>
      </form>
      <Show when={(provider()?.configured || passkeys()) && !codeAsked()}>
        <div class="gate-or">or</div>
      </Show>
      <Show when={passkeys() && !codeAsked()}>
        <Button block icon={<Fingerprint size={15} />} onClick={() => void withPasskey()}>
          Log in with a passkey
        </Button>
      </Show>
      <Show when={provider()?.configured && !codeAsked()}>
        <a class={`${buttonClass()} button-block`} href={api.session.oidcUrl()}>
          <LogIn size={15} />
          Log in with single sign-on
        </a>
      </Show>
    </LoginGate>
  );
}

const LoginHost = () => <span class="gate-host">{window.location.host}</span>;

function describe(error: unknown): string {
  if (error instanceof ApiFailure && error.code === "rate_limited" && error.retryAfter) {
    return `Too many tries. Wait ${error.retryAfter} seconds and try again.`;
  }
  return toMessage(error);
}

/** The way through the identity provider leads back here with a code when it did not work out. */
function oidcError(): string | null {
  const code = new URLSearchParams(window.location.search).get("error");
  if (code !== null) history.replaceState(null, "", window.location.pathname);
  return code;
}

const oidcProblem = (code: string): string =>
  code === "forbidden"
    ? "The identity provider did not log you in, or you have no account here. Ask an administrator, or use a password."
    : "The log-in through the identity provider did not work out. Try again, or use your password.";
