import { createSignal, Show } from "solid-js";
import { ApiFailure } from "../../lib/api.ts";
import { TextField } from "../../ui/fields.tsx";

/** The own password of a form whose change outlives the session: asked for once the server has refused without it. */
export function createOwnPassword() {
  const [asked, setAsked] = createSignal(false);
  const [password, setPassword] = createSignal("");
  return {
    /** What the form sends in addition. */
    fields: () => (password() === "" ? {} : { ownPassword: password() }),
    /** Tells that a try was refused; shows the field when that is what was missing. */
    refused: (error: unknown) => {
      if (error instanceof ApiFailure && error.code === "forbidden") setAsked(true);
    },
    Field: () => (
      <Show when={asked()}>
        <TextField
          label="Your password"
          type="password"
          name="own-password"
          autocomplete="current-password"
          value={password()}
          hint="You logged in some time ago."
          onInput={setPassword}
          focus
        />
      </Show>
    ),
  };
}
