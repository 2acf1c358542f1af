import { createSignal, Show } from "solid-js";
import type { User } from "../../../../shared/protocol/account.ts";
import { api, toMessage } from "../../lib/api.ts";
import { invalidate, queryKeys } from "../../lib/queries.ts";
import { session } from "../../lib/session.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Checkbox, Select, TextField } from "../../ui/fields.tsx";
import { Callout } from "../../ui/Notice.tsx";
import { toast } from "../../ui/toast.tsx";
import { LimitsFields } from "./LimitsFields.tsx";
import { toDraft, toLimits } from "./limits.ts";
import { isGoodPassword, NewPassword } from "./NewPassword.tsx";
import { roleOptions } from "./role-options.ts";

/** Adds a user, or changes one. Opened anew for each user. */
export function UserDialog(props: { user: User | null; onClose: () => void }) {
  const [name, setName] = createSignal(props.user?.name ?? "");
  const [role, setRole] = createSignal(props.user?.role ?? "viewer");
  const [limits, setLimits] = createSignal(toDraft(props.user?.limits ?? { services: null, deployments: null }));
  const [withPassword, setWithPassword] = createSignal(props.user === null);
  const [password, setPassword] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  // The own password is changed on the account page, where the old one is asked for.
  const isSelf = () => props.user?.id === session.principal()?.id;
  const ready = () => name().trim() !== "" && (!withPassword() || isGoodPassword(password(), name()));

  const save = async () => {
    const fields = {
      role: role(),
      limits: toLimits(limits()),
      ...(withPassword() ? { password: password() } : {}),
    };
    if (props.user) await api.users.update(props.user.id, fields);
    else await api.users.create({ username: name().trim(), ...fields });
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ready()) return;
    setBusy(true);
    setProblem(null);
    try {
      await save();
      toast.success(props.user ? `${name()} has been changed.` : `${name()} may log in now.`);
      await invalidate(queryKeys.users);
      props.onClose();
    } catch (error) {
      setProblem(toMessage(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      onClose={props.onClose}
      title={props.user ? `Change ${props.user.name}` : "Add user"}
      footer={
        <>
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button type="submit" form="user" variant="primary" busy={busy()} disabled={!ready()}>
            {props.user ? "Save" : "Add user"}
          </Button>
        </>
      }
    >
      <form id="user" class="form" onSubmit={(event) => void submit(event)}>
        <Show when={problem()}>
          <Callout tone="bad">{problem()}</Callout>
        </Show>
        <Show when={!props.user}>
          <TextField label="User name" value={name()} onInput={setName} required focus />
        </Show>
        <Select label="Role" value={role()} options={roleOptions} onChange={setRole} />
        <Show when={!isSelf()}>
          <Checkbox
            label={props.user ? "Set a new password" : "With a password"}
            hint={
              props.user
                ? "All their sessions end."
                : "Without one, the user logs in through the identity provider only."
            }
            checked={withPassword()}
            onChange={setWithPassword}
          />
        </Show>
        <Show when={withPassword()}>
          <NewPassword username={name()} value={password()} onInput={setPassword} />
        </Show>
        <LimitsFields value={limits()} onChange={setLimits} />
      </form>
    </Dialog>
  );
}
