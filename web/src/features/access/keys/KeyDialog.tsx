import { createSignal, For, Show } from "solid-js";
import { may, type Permission, permissions, type Role, roles } from "../../../../../shared/protocol/permission.ts";
import { api } from "../../../lib/api.ts";
import { createFormDraft } from "../../../lib/form-draft.ts";
import { ifKnown } from "../../../lib/known-choice.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { FormDialog } from "../../../resource/FormDialog.tsx";
import { createSubmit } from "../../../resource/submit.ts";
import { Button } from "../../../ui/Button.tsx";
import { CopyButton } from "../../../ui/CopyButton.tsx";
import { Checkbox, Select, TextField } from "../../../ui/fields.tsx";
import { accessMessages } from "../messages.ts";
import { roleOptions } from "../users/role-options.ts";
import { ScopeFields } from "../users/ScopeFields.tsx";
import { type ScopeDraft, toDraft, toScope } from "../users/scope-form.ts";

const texts = accessMessages.keys;
const lifetimes = (["7", "30", "90", "365"] as const).map((value) => ({ value, label: texts.lifetimes[value] }));

const allPermissions = Object.keys(permissions) as Permission[];

interface KeyFields {
  name: string;
  role: Role;
  days: (typeof lifetimes)[number]["value"];
  scoped: boolean;
  scopes: Permission[];
  limits: ScopeDraft;
}

const keepKey = ({ name, role, days, scoped, scopes, limits }: KeyFields): Partial<KeyFields> => ({
  name,
  role,
  days,
  scoped,
  scopes,
  limits,
});
const restoreKey = ({ role, days, ...kept }: Partial<KeyFields>): Partial<KeyFields> => ({
  ...kept,
  ...ifKnown({ role }, role !== undefined && roles.includes(role)),
  ...ifKnown(
    { days },
    lifetimes.some(({ value }) => value === days),
  ),
});

/** Creates a key and shows it once. */
export function KeyDialog(props: { onClose: () => void }) {
  const invalidate = useInvalidate();
  const session = useSession();
  const form = createFormDraft<KeyFields>(
    "api-key",
    {
      name: "",
      role: "viewer",
      days: "90",
      scoped: false,
      scopes: [],
      limits: toDraft({ services: null, deployments: null }),
    },
    { keep: keepKey, restore: restoreKey },
  );
  const { fields, set } = form;
  const [token, setToken] = createSignal<string | null>(null);

  // A key cannot have a higher role than its owner.
  const ownRank = () => roles.indexOf(session.principal()?.role ?? "viewer");
  const roleChoices = () => roleOptions.filter((option) => roles.indexOf(option.value) <= ownRank());
  const offered = () => allPermissions.filter((permission) => may({ role: fields.role, scopes: null }, permission));
  const chosen = () => offered().filter((permission) => fields.scopes.includes(permission));
  const toggle = (permission: Permission, on: boolean) =>
    set({ scopes: [...fields.scopes.filter((other) => other !== permission), ...(on ? [permission] : [])] });
  const submit = createSubmit({
    ready: () => fields.name.trim() !== "" && (!fields.scoped || chosen().length > 0),
    send: () =>
      api.keys.create({
        name: fields.name.trim(),
        role: fields.role,
        days: Number(fields.days),
        scopes: fields.scoped ? chosen() : null,
        limits: toScope(fields.limits),
      }),
    refetch: () => invalidate(queryKeys.keys),
    draft: form,
    onSent: ({ secret }) => setToken(secret),
  });

  return (
    <FormDialog
      title={token() ? texts.copy : texts.create}
      submit={submit}
      action={texts.createAction}
      draft={form}
      onClose={props.onClose}
      isSent={token() !== null}
      shownOnce
      sentView={<NewKey token={token() ?? ""} />}
      sentFooter={
        <Button variant="primary" onClick={() => props.onClose()}>
          {texts.done}
        </Button>
      }
    >
      <div class="form-pair">
        <TextField
          label={texts.name}
          value={fields.name}
          onInput={(name) => set({ name })}
          placeholder="backup script"
          maxLength={64}
          required
          focus
        />
        <Select label={texts.expires} value={fields.days} options={lifetimes} onChange={(days) => set({ days })} />
      </div>
      <Select label={texts.role} value={fields.role} options={roleChoices()} onChange={(role) => set({ role })} />
      <fieldset class="fieldset">
        <legend>{texts.permissions}</legend>
        <Checkbox label={texts.scoped} checked={fields.scoped} onChange={(scoped) => set({ scoped })} />
        <Show when={fields.scoped}>
          <div class="scopes">
            <For each={offered()}>
              {(permission) => (
                <Checkbox
                  label={<code>{permission}</code>}
                  checked={fields.scopes.includes(permission)}
                  onChange={(on) => toggle(permission, on)}
                />
              )}
            </For>
          </div>
        </Show>
      </fieldset>
      <ScopeFields
        value={fields.limits}
        who={{ role: fields.role, scopes: fields.scoped ? chosen() : null, isKey: true }}
        within={session.principal()?.limits}
        onChange={(limits) => set({ limits })}
      />
    </FormDialog>
  );
}

/** The new key, for the one time that it is shown. */
function NewKey(props: { token: string }) {
  return (
    <div class="form">
      <p>{texts.shownOnce}</p>
      <div class="secret">
        <span>{props.token}</span>
        <CopyButton text={props.token} label={texts.copyKey} />
      </div>
    </div>
  );
}
