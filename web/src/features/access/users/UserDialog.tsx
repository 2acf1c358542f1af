import { createSignal, Show } from "solid-js";
import type { User } from "../../../../../shared/protocol/account.ts";
import { type Role, roles } from "../../../../../shared/protocol/permission.ts";
import { api } from "../../../lib/api.ts";
import { createFormDraft } from "../../../lib/form-draft.ts";
import { ifKnown } from "../../../lib/known-choice.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { FormDialog } from "../../../resource/FormDialog.tsx";
import { createSubmit } from "../../../resource/submit.ts";
import { Checkbox, Select, TextField } from "../../../ui/fields.tsx";
import { toast } from "../../../ui/toast.tsx";
import { isGoodPassword, NewPassword } from "../account/NewPassword.tsx";
import { accessMessages } from "../messages.ts";
import { roleOptions } from "./role-options.ts";
import { ScopeFields } from "./ScopeFields.tsx";
import { type ScopeDraft, toDraft, toScope } from "./scope-form.ts";

const texts = accessMessages.users;

interface UserFields {
  name: string;
  role: Role;
  limits: ScopeDraft;
  withPassword: boolean;
}

const keepUser = ({ name, role, limits, withPassword }: UserFields) => ({ name, role, limits, withPassword });
const restoreUser = ({ role, ...kept }: Partial<UserFields>): Partial<UserFields> => ({
  ...kept,
  ...ifKnown({ role }, role !== undefined && roles.includes(role)),
});

/** Adds a user, or changes one. */
export function UserDialog(props: { user: User | null; onClose: () => void }) {
  const invalidate = useInvalidate();
  const session = useSession();
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
  // Users change their own password on the account page, which asks for the old one.
  const isSelf = () => props.user?.id === session.principal()?.id;
  const submit = createSubmit({
    ready: () => fields.name.trim() !== "" && (!fields.withPassword || isGoodPassword(password(), fields.name)),
    async send() {
      const sent = {
        role: fields.role,
        limits: toScope(fields.limits),
        password: fields.withPassword ? password() : undefined,
      };
      if (props.user) await api.users.update(props.user.id, sent);
      else await api.users.create({ username: fields.name.trim(), ...sent });
    },
    refetch: () => invalidate(queryKeys.users),
    draft: form,
    onSent() {
      toast.success(props.user ? texts.changed(fields.name) : texts.created(fields.name));
      props.onClose();
    },
  });

  return (
    <FormDialog
      title={props.user ? texts.changeTitle(props.user.name) : texts.add}
      submit={submit}
      action={props.user ? texts.save : texts.add}
      draft={form}
      draftWithout={texts.draftOmits}
      onDiscard={() => setPassword("")}
      onClose={props.onClose}
    >
      <Show when={!props.user}>
        <TextField label="User name" value={fields.name} onInput={(name) => set({ name })} required focus />
      </Show>
      <Select label="Role" value={fields.role} options={roleOptions} onChange={(role) => set({ role })} />
      <Show when={!isSelf()}>
        <Checkbox
          label={props.user ? texts.newPassword : texts.withPassword}
          hint={props.user ? texts.newPasswordHint : texts.noPasswordHint}
          checked={fields.withPassword}
          onChange={(withPassword) => set({ withPassword })}
        />
      </Show>
      <Show when={fields.withPassword}>
        <NewPassword username={fields.name} value={password()} onInput={setPassword} />
      </Show>
      <ScopeFields
        value={fields.limits}
        who={{ role: fields.role, scopes: null, isKey: false }}
        onChange={(limits) => set({ limits })}
      />
    </FormDialog>
  );
}
