import LogIn from "lucide-solid/icons/log-in";
import { createSignal, onMount, Show } from "solid-js";
import { ApiFailure, api, toMessage } from "../../lib/api.ts";
import { session } from "../../lib/session.ts";
import { Button, buttonClass } from "../../ui/Button.tsx";
import { TextField } from "../../ui/fields.tsx";
import { Callout } from "../../ui/Notice.tsx";
import { Gate } from "./Gate.tsx";

/** Password, then the second factor when the account has one; or the identity provider. */
export default function LoginPage() {
  const [username, setUsername] = createSignal("");
  const [password, setPassword] = createSignal("");
  const [code, setCode] = createSignal("");
  const [codeAsked, setCodeAsked] = createSignal(false);
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

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const principal = await api.session.begin({
        username: username().trim(),
        password: password(),
        ...(codeAsked() ? { code: code().trim() } : {}),
      });
      session.signedIn(principal);
    } catch (error) {
      if (error instanceof ApiFailure && error.codeRequired && !codeAsked()) setCodeAsked(true);
      else setProblem(describe(error));
      setCode("");
    } finally {
      setBusy(false);
    }
  };
  const startOver = () => {
    setCodeAsked(false);
    setPassword("");
    setProblem(null);
  };

  return (
    <Gate
      title={codeAsked() ? "Second step" : "Log in"}
      note={codeAsked() ? "Enter the six digits your authenticator shows, or a recovery code." : <GateHost />}
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
                autocomplete="username"
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
            focus
            mono
          />
        </Show>
        <Button type="submit" variant="primary" block busy={busy()}>
          {codeAsked() ? "Verify" : "Log in"}
        </Button>
        <Show when={codeAsked()}>
          <Button variant="ghost" block onClick={startOver}>
            Use another account
          </Button>
        </Show>
      </form>
      <Show when={provider()?.configured && !codeAsked()}>
        <div class="gate-or">or</div>
        <a class={`${buttonClass()} button-block`} href={api.session.oidcUrl()}>
          <LogIn size={15} />
          Log in with single sign-on
        </a>
      </Show>
    </Gate>
  );
}

const GateHost = () => <span class="gate-host">{window.location.host}</span>;

function describe(error: unknown): string {
  if (error instanceof ApiFailure && error.code === "rate_limited" && error.retryAfter) {
    return `Too many tries. Wait ${error.retryAfter} seconds and try again.`;
  }
  return toMessage(error);
}

/** The way through the identity provider leads back here with a code when it did not work out. */
function oidcError(): string | null {
  const code = new URLSearchParams(window.location.search).get("error");
  if (code !== null) history.replaceState(null, "", "/");
  return code;
}

const oidcProblem = (code: string): string =>
  code === "forbidden"
    ? "The identity provider did not log you in, or you have no account here. Ask an administrator, or use a password."
    : "The log-in through the identity provider did not work out. Try again, or use your password.";
