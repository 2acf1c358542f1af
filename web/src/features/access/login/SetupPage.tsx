import { createSignal, Show } from "solid-js";
import { api } from "../../../lib/api.ts";
import { useSession } from "../../../lib/session.ts";
import { basePath } from "../../../lib/urls.ts";
import { createSubmit } from "../../../resource/submit.ts";
import { Button } from "../../../ui/Button.tsx";
import { TextField } from "../../../ui/fields.tsx";
import { Callout } from "../../../ui/Notice.tsx";
import { isGoodPassword, NewPassword } from "../account/NewPassword.tsx";
import { accessMessages } from "../messages.ts";
import { LoginGate } from "./LoginGate.tsx";

const texts = accessMessages.setup;

/** Creates the first administrator, with the token that the console prints. */
export default function SetupPage() {
  const session = useSession();
  const given = takeToken();
  const [token, setToken] = createSignal(given);
  const [username, setUsername] = createSignal("admin");
  const [password, setPassword] = createSignal("");
  const submit = createSubmit({
    ready: () => token().trim() !== "" && username().trim() !== "" && isGoodPassword(password(), username()),
    send: () => api.setup.finish({ token: token().trim(), username: username().trim(), password: password() }),
    onSent(principal) {
      // The app opens on the address that is shown when it starts.
      history.replaceState(null, "", `${basePath()}/getting-started`);
      session.signedIn(principal);
    },
  });

  return (
    <LoginGate title={texts.title} note={texts.note} foot={texts.help}>
      <form class="form" onSubmit={(event) => void submit.submit(event)}>
        <Show when={submit.problem()}>
          <Callout tone="bad">{submit.problem()}</Callout>
        </Show>
        <TextField
          label={texts.token}
          name="token"
          value={token()}
          onInput={setToken}
          hint={given ? texts.tokenTaken : texts.tokenHint}
          required
          mono
          focus={!given}
        />
        <TextField
          label={accessMessages.login.username}
          name="username"
          autocomplete="username"
          value={username()}
          onInput={setUsername}
          required
        />
        <NewPassword username={username()} value={password()} onInput={setPassword} focus={given !== ""} />
        <Button type="submit" variant="primary" block busy={submit.busy()} disabled={!submit.ready()}>
          {texts.create}
        </Button>
      </form>
    </LoginGate>
  );
}

/** The console prints an address with the token after `#`: no server and no log receives that part. */
function takeToken(): string {
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token") ?? "";
  if (token) history.replaceState(null, "", window.location.pathname);
  return token;
}
