import { createSignal } from "solid-js";
import { api, toMessage } from "../../../lib/api.ts";
import { invalidate, queryKeys } from "../../../lib/queries.ts";
import { session } from "../../../lib/session.ts";
import { Button } from "../../../ui/Button.tsx";
import { Card } from "../../../ui/Card.tsx";
import { TextField } from "../../../ui/fields.tsx";
import { toast } from "../../../ui/toast.tsx";
import { isGoodPassword, NewPassword } from "./NewPassword.tsx";

export function PasswordCard() {
  const name = () => session.principal()?.name ?? "";
  const [current, setCurrent] = createSignal("");
  const [next, setNext] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await api.account.changePassword({ current: current(), password: next() });
      setCurrent("");
      setNext("");
      toast.success("Password changed. Your other sessions have ended.");
      await invalidate(queryKeys.sessions);
    } catch (error) {
      setProblem(toMessage(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Card title="Password">
      <form class="form" onSubmit={(event) => void submit(event)}>
        <input
          class="visually-hidden"
          type="text"
          autocomplete="username"
          value={name()}
          tabIndex={-1}
          aria-hidden="true"
          readOnly
        />
        <TextField
          label="Current password"
          type="password"
          autocomplete="current-password"
          value={current()}
          onInput={setCurrent}
          error={problem()}
          required
        />
        <NewPassword label="New password" username={name()} value={next()} onInput={setNext} />
        <div class="row">
          <Button type="submit" busy={busy()} disabled={!current() || !isGoodPassword(next(), name())}>
            Change password
          </Button>
        </div>
      </form>
    </Card>
  );
}
