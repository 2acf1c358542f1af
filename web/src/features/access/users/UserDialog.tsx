import { createSignal, Show } from "solid-js";
import type { User } from "../../../../../shared/protocol/account.ts";
import { type Role, roles } from "../../../../../shared/protocol/permission.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { createFormDraft } from "../../../lib/form-draft.ts";
import { invalidate, queryKeys } from "../../../lib/queries.ts";
import { session } from "../../../lib/session.ts";
import { Button } from "../../../ui/Button.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";
import { DraftNotice } from "../../../ui/DraftNotice.tsx";
import { Checkbox, Select, TextField } from "../../../ui/fields.tsx";
import { Callout } from "../../../ui/Notice.tsx";
import { toast } from "../../../ui/toast.tsx";
import { isGoodPassword, NewPassword } from "../account/NewPassword.tsx";
import { roleOptions } from "./role-options.ts";
import { LimitsFields } from "./ScopeFields.tsx";
import { type LimitsDraft, toDraft, toLimits } from "./scope-form.ts";

interface UserFields {
  name: string;
  role: Role;
  limits: LimitsDraft;
  withPassword: boolean;
}

const keepUser = ({ name, role, limits, withPassword }: UserFields) => ({ name, role, limits, withPassword });
const restoreUser = ({ role, ...kept }: Partial<UserFields>): Partial<UserFields> => ({
  ...kept,
  ...(role && roles.includes(role) && { role }),
});

/** Adds a user, or changes one. Opened anew for each user. */
export function UserDialog(props: { user: User | null; onClose: () => void }) {
  const form = createFormDraft<UserFields>(
    `user:${props.user?.id ?? "new"}`,
    {
      name: props.user?.name ?? "",
      role: props.user?.role ?? "viewer",
      limits: toDraft(props.user?.limits ?? { services: null, deployments: null }),
      withPassword: props.user === null,
    },
    { keep: keepUser, restore: restoreUser, edits: props.user !== null },
  );
  const { fields, set } = form;
  const [password, setPassword] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  // The own password is changed on the account page, where the old one is asked for.
  const isSelf = () => props.user?.id === session.principal()?.id;
  const ready = () => fields.name.trim() !== "" && (!fields.withPassword || isGoodPassword(password(), fields.name));

  const save = async () => {
    const sent = {
      role: fields.role,
      limits: toLimits(fields.limits),
      ...(fields.withPassword ? { password: password() } : {}),
    };
    if (props.user) await api.users.update(props.user.id, sent);
    else await api.users.create({ username: fields.name.trim(), ...sent });
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ready()) return;
    setBusy(true);
    setProblem(null);
    try {
      await save();
      toast.success(props.user ? `${fields.name} has been changed.` : `User ${fields.name} created.`);
      await invalidate(queryKeys.users);
      form.drop();
      props.onClose();
    } catch (error) {
      setProblem(toMessage(error));
    } finally {
      setBusy(false);
    }
  };

  const cancel = () => {
    form.drop();
    props.onClose();
  };

  return (
    <Dialog
      open
      onClose={props.onClose}
      title={props.user ? `Change ${props.user.name}` : "Add user"}
      footer={
        <>
          <Button onClick={cancel}>Cancel</Button>
          <Button type="submit" form="user" variant="primary" busy={busy()} disabled={!ready()}>
            {props.user ? "Save" : "Add user"}
          </Button>
        </>
      }
    >
      <form id="user" class="form" onSubmit={(event) => void submit(event)}>
        <DraftNotice draft={form} without="passwords" onDiscard={() => setPassword("")} />
        <Show when={problem()}>
          <Callout tone="bad">{problem()}</Callout>
        </Show>
        <Show when={!props.user}>
          <TextField label="User name" value={fields.name} onInput={(name) => set({ name })} required focus />
        </Show>
        <Select label="Role" value={fields.role} options={roleOptions} onChange={(role) => set({ role })} />
        <Show when={!isSelf()}>
          <Checkbox
            label={props.user ? "Set a new password" : "With a password"}
            hint={
              props.user
                ? "All their sessions end."
                : "Without one, the user logs in through the identity provider only."
            }
            checked={fields.withPassword}
            onChange={(withPassword) => set({ withPassword })}
          />
        </Show>
        <Show when={fields.withPassword}>
          <NewPassword username={fields.name} value={password()} onInput={setPassword} />
        </Show>
        <LimitsFields
          value={fields.limits}
          who={{ role: fields.role, scopes: null }}
          onChange={(limits) => set({ limits })}
        />
      </form>
    </Dialog>
  );
}
