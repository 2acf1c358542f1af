import { createSignal } from "solid-js";
import { api } from "../../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { createSubmit } from "../../../resource/submit.ts";
import { Button } from "../../../ui/Button.tsx";
import { Card } from "../../../ui/Card.tsx";
import { TextField } from "../../../ui/fields.tsx";
import { toast } from "../../../ui/toast.tsx";
import { accessMessages } from "../messages.ts";
import { isGoodPassword, NewPassword } from "./NewPassword.tsx";

const texts = accessMessages.password;

/** Changes the password of the user. */
export function PasswordCard() {
  const invalidate = useInvalidate();
  const session = useSession();
  const name = () => session.principal()?.name ?? "";
  const [current, setCurrent] = createSignal("");
  const [next, setNext] = createSignal("");
  const submit = createSubmit({
    ready: () => current() !== "" && isGoodPassword(next(), name()),
    send: () => api.account.changePassword({ current: current(), password: next() }),
    refetch: () => invalidate(queryKeys.sessions),
    onSent() {
      setCurrent("");
      setNext("");
      toast.success(texts.changed);
    },
  });

  return (
    <Card title={texts.title}>
      <form class="form" onSubmit={(event) => void submit.submit(event)}>
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
          label={texts.current}
          type="password"
          autocomplete="current-password"
          value={current()}
          onInput={setCurrent}
          error={submit.problem()}
          required
        />
        <NewPassword label={texts.next} username={name()} value={next()} onInput={setNext} />
        <div class="row">
          <Button type="submit" busy={submit.busy()} disabled={!submit.ready()}>
            {texts.change}
          </Button>
        </div>
      </form>
    </Card>
  );
}
