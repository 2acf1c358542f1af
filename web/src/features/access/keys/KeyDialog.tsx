import { createSignal, For, Show } from "solid-js";
import { may, type Permission, permissions, type Role, roles } from "../../../../../shared/protocol/permission.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { createFormDraft } from "../../../lib/form-draft.ts";
import { ifKnown } from "../../../lib/known-choice.ts";
import { invalidate, queryKeys } from "../../../lib/queries.ts";
import { session } from "../../../lib/session.ts";
import { Button } from "../../../ui/Button.tsx";
import { CopyButton } from "../../../ui/CopyButton.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";
import { DraftNotice } from "../../../ui/DraftNotice.tsx";
import { Checkbox, Select, TextField } from "../../../ui/fields.tsx";
import { Callout } from "../../../ui/Notice.tsx";
import { accessMessages } from "../messages.ts";
import { roleOptions } from "../users/role-options.ts";
import { ScopeFields } from "../users/ScopeFields.tsx";
import { type ScopeDraft, toDraft, toScope } from "../users/scope-form.ts";

const texts = accessMessages.keys;
const lifetimes = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
] as const;

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
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);

  // A key cannot have a higher role than its owner.
  const ownRank = () => roles.indexOf(session.principal()?.role ?? "viewer");
  const roleChoices = () => roleOptions.filter((option) => roles.indexOf(option.value) <= ownRank());
  const offered = () => allPermissions.filter((permission) => may({ role: fields.role, scopes: null }, permission));
  const chosen = () => offered().filter((permission) => fields.scopes.includes(permission));
  /** Permissions of the key. A key never manages users, whatever its scopes. */
  const effective = () => (fields.scoped ? chosen() : offered()).filter((one) => one !== "access:manage");
  const ready = () => fields.name.trim() !== "" && (!fields.scoped || chosen().length > 0);
  const toggle = (permission: Permission, on: boolean) =>
    set({ scopes: [...fields.scopes.filter((other) => other !== permission), ...(on ? [permission] : [])] });
  const cancel = () => {
    form.drop();
    props.onClose();
  };

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ready()) return;
    setBusy(true);
    setProblem(null);
    try {
      const created = await api.keys.create({
        name: fields.name.trim(),
        role: fields.role,
        days: Number(fields.days),
        scopes: fields.scoped ? chosen() : null,
        limits: toScope(fields.limits),
      });
      form.drop();
      setToken(created.secret);
      await invalidate(queryKeys.keys);
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
      title={token() ? texts.copy : texts.create}
      footer={
        <Show
          when={token()}
          fallback={
            <>
              <Button onClick={cancel}>Cancel</Button>
              <Button type="submit" form="key" variant="primary" busy={busy()} disabled={!ready()}>
                Create key
              </Button>
            </>
          }
        >
          <Button variant="primary" onClick={() => props.onClose()}>
            Done
          </Button>
        </Show>
      }
    >
      <Show
        when={token()}
        fallback={
          <form id="key" class="form" onSubmit={(event) => void submit(event)}>
            <DraftNotice draft={form} />
            <Show when={problem()}>
              <Callout tone="bad">{problem()}</Callout>
            </Show>
            <div class="form-pair">
              <TextField
                label="Name"
                value={fields.name}
                onInput={(name) => set({ name })}
                placeholder="backup script"
                maxLength={64}
                required
                focus
              />
              <Select
                label={texts.expires}
                value={fields.days}
                options={lifetimes}
                onChange={(days) => set({ days })}
              />
            </div>
            <Select label="Role" value={fields.role} options={roleChoices()} onChange={(role) => set({ role })} />
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
              who={{ role: fields.role, scopes: effective() }}
              onChange={(limits) => set({ limits })}
            />
          </form>
        }
      >
        {(key) => (
          <div class="form">
            <p>{texts.shownOnce}</p>
            <div class="secret">
              <span>{key()}</span>
              <CopyButton text={key()} label="Copy key" />
            </div>
          </div>
        )}
      </Show>
    </Dialog>
  );
}
