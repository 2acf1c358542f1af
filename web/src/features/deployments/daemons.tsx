import Unplug from "lucide-solid/icons/unplug";
import UserRound from "lucide-solid/icons/user-round";
import { type Accessor, createMemo, For, type JSX, Show } from "solid-js";
import { OWN_DAEMON } from "../../../../shared/protocol/daemon-key.ts";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { Pm2Daemon } from "../../../../shared/protocol/pm2-daemon.ts";
import { createStableList } from "../../lib/stable-list.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { createAddressName } from "../../resource/address-value.ts";
import { ServerText } from "../../resource/ServerText.tsx";
import { Callout, Select } from "../../ui/index.ts";
import { deploymentMessages as texts } from "./messages.ts";
import { RebootButton } from "./RebootButton.tsx";

/** Users whose state after a reboot is shown at once; the others by the filter. */
const MAX_BUTTONS = 3;

/** Shows the processes of one user; the user is in the address. */
export function createUserFilter(all: Accessor<readonly Deployment[]>) {
  const [user, setUser] = createAddressName("user", "replace");
  const users = createMemo(() => [...new Set(all().map((one) => one.user))].sort());
  const chosen = () => (user() !== null && users().includes(user() ?? "") ? user() : null);
  const shown = createMemo(() => (chosen() === null ? [...all()] : all().filter((one) => one.user === chosen())));
  return { user: chosen, setUser, users, shown, several: () => users().length > 1 };
}

type UserFilter = ReturnType<typeof createUserFilter>;

export function UserSelect(props: { filter: UserFilter }) {
  return (
    <Show when={props.filter.several()}>
      <Select
        label={texts.userFilter}
        labelHidden
        value={props.filter.user() ?? ""}
        options={[
          { value: "", label: texts.allUsers },
          ...props.filter.users().map((user) => ({ value: user, label: visibleName(user) })),
        ]}
        onChange={(user) => props.filter.setUser(user === "" ? null : user)}
      />
    </Show>
  );
}

/** Whether the processes of each daemon survive a reboot. */
export function RebootButtons(props: { daemons: readonly Pm2Daemon[]; user: string | null }) {
  // The same objects over each reading of the list: a new one would close the dialog of its button.
  const known = createStableList(() => props.daemons, "key");
  const up = () => known().filter(({ state }) => state === "up");
  const shown = () => up().filter(({ user }) => props.user === null || user === props.user);
  return (
    <For each={shown().slice(0, MAX_BUTTONS)}>
      {(daemon) => (
        <RebootButton
          daemon={daemon.key}
          user={known().length > 1 ? nameOf(daemon, props.daemons) : null}
          readOnly={daemon.readOnly !== null}
        />
      )}
    </For>
  );
}

/** User of a daemon, with its folder if the user has several. */
function nameOf({ user, home }: Pm2Daemon, daemons: readonly Pm2Daemon[]): string {
  const isOnly = daemons.filter((one) => one.user === user).length === 1;
  return isOnly || home === null ? user : `${user} (${home})`;
}

/** What the list does not show, and why: daemons that do not respond or may not be asked, and those beyond the bounds. */
export function DaemonNotices(props: { daemons: readonly Pm2Daemon[]; omitted: number }) {
  const named = (daemons: readonly Pm2Daemon[]) =>
    daemons.map((daemon) => visibleName(nameOf(daemon, props.daemons))).join(", ");
  const others = () => props.daemons.filter(({ key }) => key !== OWN_DAEMON);
  /** A hint of its own has more to say than that the daemon is another user's. */
  const hidden = () =>
    others().filter(({ state, hint }) => state === "unreachable" && hint?.includes(texts.helperCommand));
  const down = () => others().filter((one) => one.state !== "up" && !hidden().includes(one));
  const locked = () => others().filter(({ readOnly }) => readOnly !== null);
  const beyond = () => others().filter(({ omitted }) => omitted > 0);
  const duplicated = () => props.daemons.filter(({ duplicates }) => duplicates > 0);
  return (
    <>
      <Show when={hidden().length > 0}>
        <Callout tone="info" icon={<UserRound size={15} />}>
          {texts.hiddenDaemons(hidden().length, named(hidden()))} <code>{texts.helperCommand}</code>.
        </Callout>
      </Show>
      <NoticeList
        tone="warn"
        icon={<Unplug size={15} />}
        summary={texts.downDaemons(down().length)}
        lines={down().map((daemon) => texts.downDaemon(named([daemon]), daemon.hint ?? ""))}
      />
      <NoticeList
        tone="info"
        icon={<UserRound size={15} />}
        summary={texts.readOnlyDaemons(locked().length)}
        lines={locked().map(({ readOnly }) => readOnly ?? "")}
      />
      <NoticeList
        tone="info"
        icon={<UserRound size={15} />}
        summary={texts.omittedOfDaemons(beyond().length)}
        lines={beyond().map((daemon) => texts.omittedProcesses(named([daemon]), daemon.omitted))}
      />
      <NoticeList
        tone="warn"
        icon={<Unplug size={15} />}
        summary={texts.duplicatesOfDaemons(duplicated().length)}
        lines={duplicated().map((daemon) => texts.duplicateDaemons(named([daemon]), daemon.duplicates))}
      />
      <Show when={props.omitted > 0}>
        <Callout tone="info" icon={<UserRound size={15} />}>
          {texts.omittedDaemons(props.omitted)}
        </Callout>
      </Show>
    </>
  );
}

/** One notice, however many daemons it is about: the list of processes stays in view. */
function NoticeList(props: { tone: "warn" | "info"; icon: JSX.Element; summary: string; lines: readonly string[] }) {
  return (
    <Show when={props.lines.length > 0}>
      <Callout tone={props.tone} icon={props.icon}>
        <Show when={props.lines.length > 1} fallback={<ServerText text={props.lines[0] ?? ""} />}>
          <details>
            <summary>{props.summary}</summary>
            <ul class="daemon-notices">
              <For each={props.lines}>
                {(line) => (
                  <li>
                    <ServerText text={line} />
                  </li>
                )}
              </For>
            </ul>
          </details>
        </Show>
      </Callout>
    </Show>
  );
}
