import { createSignal, For, Show } from "solid-js";
import { may, type Permission, permissions, type Role, roles } from "../../../../../shared/protocol/permission.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { createFormDraft } from "../../../lib/form-draft.ts";
import { invalidate, queryKeys } from "../../../lib/queries.ts";
import { session } from "../../../lib/session.ts";
import { Button } from "../../../ui/Button.tsx";
import { CopyButton } from "../../../ui/CopyButton.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";
import { DraftNotice } from "../../../ui/DraftNotice.tsx";
import { Checkbox, Select, TextField } from "../../../ui/fields.tsx";
import { Callout } from "../../../ui/Notice.tsx";
import { roleOptions } from "../users/role-options.ts";
import { LimitsFields } from "../users/ScopeFields.tsx";
import { type LimitsDraft, toDraft, toLimits } from "../users/scope-form.ts";

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
  limits: LimitsDraft;
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
  ...(role && roles.includes(role) && { role }),
  ...(days && lifetimes.some(({ value }) => value === days) && { days }),
});

/** Makes a key and shows it, once. */
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

  // A key cannot do more than who makes it.
  const ownRank = () => roles.indexOf(session.principal()?.role ?? "viewer");
  const roleChoices = () => roleOptions.filter((option) => roles.indexOf(option.value) <= ownRank());
  const offered = () => allPermissions.filter((permission) => may({ role: fields.role, scopes: null }, permission));
  const chosen = () => offered().filter((permission) => fields.scopes.includes(permission));
  /** What the key can do in the end: keys change no users, whatever their scopes. */
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
      const made = await api.keys.create({
        name: fields.name.trim(),
        role: fields.role,
        days: Number(fields.days),
        scopes: fields.scoped ? chosen() : null,
        limits: toLimits(fields.limits),
      });
      form.drop();
      setToken(made.secret);
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
      title={token() ? "Copy your key now" : "Create API key"}
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
              <Select label="Ends after" value={fields.days} options={lifetimes} onChange={(days) => set({ days })} />
            </div>
            <Select label="Role" value={fields.role} options={roleChoices()} onChange={(role) => set({ role })} />
            <fieldset class="fieldset">
              <legend>What it may do</legend>
              <Checkbox
                label="Only some of the role's permissions"
                checked={fields.scoped}
                onChange={(scoped) => set({ scoped })}
              />
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
            <LimitsFields
              value={fields.limits}
              who={{ role: fields.role, scopes: effective() }}
              onChange={(limits) => set({ limits })}
            />
          </form>
        }
      >
        {(made) => (
          <div class="form">
            <p>
              This is the only time it is shown. Send it as a bearer token, or as the token of the Socket.IO handshake.
            </p>
            <div class="secret">
              <span>{made()}</span>
              <CopyButton text={made()} label="Copy key" />
            </div>
          </div>
        )}
      </Show>
    </Dialog>
  );
}
