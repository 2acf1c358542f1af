import { createSignal, Show } from "solid-js";
import { api, toMessage } from "../../../lib/api.ts";
import { session } from "../../../lib/session.ts";
import { Button } from "../../../ui/Button.tsx";
import { TextField } from "../../../ui/fields.tsx";
import { Callout } from "../../../ui/Notice.tsx";
import { isGoodPassword, NewPassword } from "../account/NewPassword.tsx";
import { LoginGate } from "./LoginGate.tsx";

/** The first administrator, made once with the token of the console. */
export default function SetupPage() {
  const given = takeToken();
  const [token, setToken] = createSignal(given);
  const [username, setUsername] = createSignal("admin");
  const [password, setPassword] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const ready = () => token().trim() && username().trim() && isGoodPassword(password(), username());

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ready()) return;
    setBusy(true);
    setProblem(null);
    try {
      session.signedIn(
        await api.setup.finish({ token: token().trim(), username: username().trim(), password: password() }),
      );
    } catch (error) {
      setProblem(toMessage(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <LoginGate
      title="Set up this server"
      note="Make the first administrator. This page works once."
      foot="The set-up token is printed on the console of the API when it starts, and is valid for 30 minutes. On a server without one, run ai-desktop admin create NAME as root."
    >
      <form class="form" onSubmit={(event) => void submit(event)}>
        <Show when={problem()}>
          <Callout tone="bad">{problem()}</Callout>
        </Show>
        <TextField
          label="Set-up token"
          name="token"
          value={token()}
          onInput={setToken}
          hint={given ? "Taken from the address you opened." : "Copy it from the console."}
          required
          mono
          focus={!given}
        />
        <TextField
          label="User name"
          name="username"
          autocomplete="username"
          value={username()}
          onInput={setUsername}
          required
        />
        <NewPassword username={username()} value={password()} onInput={setPassword} />
        <Button type="submit" variant="primary" block busy={busy()} disabled={!ready()}>
          Create administrator
        </Button>
      </form>
    </LoginGate>
  );
}

/** The console prints an address that carries the token behind `#`, where no server and no log sees it. */
function takeToken(): string {
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token") ?? "";
  if (token) history.replaceState(null, "", window.location.pathname);
  return token;
}
