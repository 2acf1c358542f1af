import { createSignal, For, Show } from "solid-js";
import { may, type Permission, permissions, type Role, roles } from "../../../../shared/protocol/permission.ts";
import { api, toMessage } from "../../lib/api.ts";
import { invalidate, queryKeys } from "../../lib/queries.ts";
import { session } from "../../lib/session.ts";
import { Button } from "../../ui/Button.tsx";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Checkbox, Select, TextField } from "../../ui/fields.tsx";
import { Callout } from "../../ui/Notice.tsx";
import { LimitsFields } from "./LimitsFields.tsx";
import { toDraft, toLimits } from "./limits.ts";
import { roleOptions } from "./role-options.ts";

const lifetimes = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
] as const;

const allPermissions = Object.keys(permissions) as Permission[];

/** Makes a key and shows it, once. */
export function KeyDialog(props: { onClose: () => void }) {
  const [name, setName] = createSignal("");
  const [role, setRole] = createSignal<Role>("viewer");
  const [days, setDays] = createSignal<(typeof lifetimes)[number]["value"]>("90");
  const [scoped, setScoped] = createSignal(false);
  const [scopes, setScopes] = createSignal<ReadonlySet<Permission>>(new Set());
  const [limits, setLimits] = createSignal(toDraft({ services: null, deployments: null }));
  const [token, setToken] = createSignal<string | null>(null);
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);

  // A key cannot do more than who makes it.
  const ownRank = () => roles.indexOf(session.principal()?.role ?? "viewer");
  const roleChoices = () => roleOptions.filter((option) => roles.indexOf(option.value) <= ownRank());
  const offered = () => allPermissions.filter((permission) => may({ role: role(), scopes: null }, permission));
  const chosen = () => offered().filter((permission) => scopes().has(permission));
  const ready = () => name().trim() !== "" && (!scoped() || chosen().length > 0);
  const toggle = (permission: Permission, on: boolean) => {
    const next = new Set(scopes());
    if (on) next.add(permission);
    else next.delete(permission);
    setScopes(next);
  };

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ready()) return;
    setBusy(true);
    setProblem(null);
    try {
      const made = await api.keys.create({
        name: name().trim(),
        role: role(),
        days: Number(days()),
        scopes: scoped() ? chosen() : null,
        limits: toLimits(limits()),
      });
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
              <Button onClick={() => props.onClose()}>Cancel</Button>
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
            <Show when={problem()}>
              <Callout tone="bad">{problem()}</Callout>
            </Show>
            <div class="form-pair">
              <TextField
                label="Name"
                value={name()}
                onInput={setName}
                placeholder="backup script"
                maxLength={64}
                required
                focus
              />
              <Select label="Ends after" value={days()} options={lifetimes} onChange={setDays} />
            </div>
            <Select label="Role" value={role()} options={roleChoices()} onChange={setRole} />
            <fieldset class="fieldset">
              <legend>What it may do</legend>
              <Checkbox label="Only some of the role's permissions" checked={scoped()} onChange={setScoped} />
              <Show when={scoped()}>
                <div class="scopes">
                  <For each={offered()}>
                    {(permission) => (
                      <Checkbox
                        label={<code>{permission}</code>}
                        checked={scopes().has(permission)}
                        onChange={(on) => toggle(permission, on)}
                      />
                    )}
                  </For>
                </div>
              </Show>
            </fieldset>
            <LimitsFields value={limits()} onChange={setLimits} />
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
