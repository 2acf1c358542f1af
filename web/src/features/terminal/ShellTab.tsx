import Maximize2 from "lucide-solid/icons/maximize-2";
import Minimize2 from "lucide-solid/icons/minimize-2";
import Plus from "lucide-solid/icons/plus";
import SquareTerminal from "lucide-solid/icons/square-terminal";
import X from "lucide-solid/icons/x";
import { createEffect, createSignal, For, lazy, Match, on, onCleanup, Show, Suspense, Switch } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import type { Shell } from "../../../../shared/protocol/shell.ts";
import { type ShellCommand, type ShellEnd, shellCommands } from "../../../../shared/protocol/shell-limits.ts";
import { api } from "../../lib/api.ts";
import { queryKeys } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { askedOnce, useQuery } from "../../lib/use-query.ts";
import {
  Button,
  Callout,
  confirm,
  EmptyState,
  ErrorState,
  IconButton,
  Select,
  Skeleton,
  TextField,
  toast,
} from "../../ui/index.ts";
import { endWords } from "./end-labels.ts";
import "./terminal.css";

const Terminal = lazy(() => import("./Terminal.tsx"));

interface OpenShell {
  shell: Shell;
  number: number;
  over?: { code: ShellEnd; exitCode: number | undefined };
  attached: boolean;
  error?: string;
}

/** Shells in one container: those that are open are attached to again, after a reload too. */
export function ShellTab(props: { service: Service }) {
  const [open, setOpen] = createSignal<readonly OpenShell[]>([]);
  const [chosen, setChosen] = createSignal<string>();
  const [full, setFull] = createSignal(false);
  const [command, setCommand] = createSignal<ShellCommand>("auto");
  const [user, setUser] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal<string>();
  let count = 0;
  let left = false;
  onCleanup(() => {
    left = true;
  });

  const add = (shell: Shell) => {
    if (left) return;
    setChosen(shell.id); // first: a screen that is made hidden has no size, and takes no keys
    setOpen((old) => [...old, { shell, number: ++count, attached: false }]);
  };
  const change = (id: string, part: Partial<OpenShell>) =>
    setOpen((old) => old.map((one) => (one.shell.id === id ? { ...one, ...part } : one)));
  const found = useQuery(() => ({
    queryKey: queryKeys.serviceShells(props.service.id),
    queryFn: async () => (props.service.state === "running" ? await api.services.shells(props.service.id) : []),
    ...askedOnce,
  }));
  const others = () => (found.data ?? []).filter(({ mine }) => !mine);
  createEffect(
    on(
      () => props.service.id,
      () => setOpen([]),
    ),
  );
  createEffect(
    on(
      () => found.data,
      (shells = []) => {
        const held = new Set(open().map(({ shell }) => shell.id));
        for (const shell of shells) if (shell.mine && !held.has(shell.id)) add(shell);
      },
    ),
  );

  const begin = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      const as = user().trim();
      add(await api.services.openShell(props.service.id, { command: command(), ...(as ? { user: as } : {}) }));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : "It could not be opened.");
    } finally {
      setBusy(false);
    }
  };
  const forget = (id: string) => {
    setOpen((old) => old.filter((one) => one.shell.id !== id));
    if (chosen() === id) setChosen(open().at(-1)?.shell.id);
    if (open().length === 0) setFull(false);
  };
  const end = async (one: OpenShell) => {
    if (!one.over) {
      const sure = await confirm({
        title: `End shell ${one.number}?`,
        action: "End shell",
        danger: true,
        body: "What runs in it is ended with it.",
      });
      if (!sure) return;
      try {
        await api.services.endShell(props.service.id, one.shell.id);
      } catch (error) {
        if (!one.over) toast.error(error instanceof Error ? error.message : "It could not be ended.");
      }
    }
    forget(one.shell.id);
  };

  const form = () => (
    <form
      class="shell-form"
      onSubmit={(event) => {
        event.preventDefault();
        void begin();
      }}
    >
      <Select
        label="Shell"
        value={command()}
        options={shellCommands.map((value) => ({ value, label: value === "auto" ? "Whichever there is" : value }))}
        onChange={setCommand}
      />
      <TextField label="User" value={user()} onInput={setUser} placeholder="the image's own" />
      <Button type="submit" variant="primary" busy={busy()} icon={<SquareTerminal size={15} />}>
        Open shell
      </Button>
      <Show when={failure()}>
        {(text) => (
          <p class="field-error" role="alert">
            {text()}
          </p>
        )}
      </Show>
    </form>
  );

  return (
    <div class="shells" classList={{ "shells-full": full() }}>
      <Switch>
        <Match when={found.error}>
          <ErrorState error={found.error} onRetry={() => void found.refetch()} />
        </Match>
        <Match when={found.isPending}>
          <Skeleton lines={5} label="Looking for open shells" />
        </Match>
        <Match when={open().length === 0 && props.service.state !== "running"}>
          <EmptyState icon={<SquareTerminal size={18} />} title="Not running">
            A shell can be opened in it while it runs.
          </EmptyState>
        </Match>
        <Match when={open().length === 0}>
          <EmptyState icon={<SquareTerminal size={18} />} title="No shell is open" action={form()}>
            A shell in this container goes on when this page is left or reloaded, for ten minutes. Who opened one is
            written down.
          </EmptyState>
        </Match>
        <Match when={open().length > 0}>
          <div class="shell-bar">
            <fieldset class="shell-names">
              <legend class="visually-hidden">Open shells</legend>
              <For each={open().map(({ shell }) => shell.id)}>
                {(id) => {
                  const one = () => open().find(({ shell }) => shell.id === id) as OpenShell;
                  return (
                    <Show when={open().some(({ shell }) => shell.id === id)}>
                      <span class="shell-name" classList={{ chosen: chosen() === id }}>
                        <button type="button" aria-pressed={chosen() === id} onClick={() => setChosen(id)}>
                          Shell {one().number}
                          <Show when={one().shell.user}> as {visibleName(one().shell.user)}</Show>
                        </button>
                        <IconButton
                          label={`End shell ${one().number}`}
                          size="sm"
                          onClick={() => void end(one())}
                          icon={<X size={13} />}
                        />
                      </span>
                    </Show>
                  );
                }}
              </For>
              <IconButton label="Open another shell" size="sm" onClick={() => void begin()} icon={<Plus size={15} />} />
            </fieldset>
            <span class="faint shell-container">{full() ? visibleName(props.service.name) : ""}</span>
            <IconButton
              label={full() ? "Leave the full window" : "Fill the window"}
              size="sm"
              onClick={() => setFull(!full())}
              icon={full() ? <Minimize2 size={15} /> : <Maximize2 size={15} />}
            />
          </div>
          <Show when={failure()}>{(text) => <Callout tone="bad">{text()}</Callout>}</Show>
          <For each={open().map(({ shell }) => shell.id)}>
            {(id) => {
              const one = () => open().find(({ shell }) => shell.id === id);
              return (
                <div class="shell-pane" hidden={chosen() !== id}>
                  <Show
                    when={one()?.over}
                    fallback={
                      <Show when={one() && !one()?.attached}>
                        <Callout tone="info">{one()?.error ?? "Connecting…"}</Callout>
                      </Show>
                    }
                  >
                    {(over) => (
                      <Callout tone={over().code === "exited" && !over().exitCode ? "info" : "warn"}>
                        {endWords(over().code, over().exitCode)}{" "}
                        <Button size="sm" onClick={() => forget(id)}>
                          Dismiss
                        </Button>
                      </Callout>
                    )}
                  </Show>
                  <Suspense fallback={<Skeleton lines={6} />}>
                    <Terminal
                      container={props.service}
                      shellId={id}
                      active={chosen() === id}
                      label={`Shell ${one()?.number ?? ""} in ${visibleName(props.service.name)}`}
                      onOver={(code, exitCode) => change(id, { over: { code, exitCode } })}
                      onAttached={(attached) => change(id, { attached })}
                      onError={(error) => change(id, { error })}
                    />
                  </Suspense>
                </div>
              );
            }}
          </For>
        </Match>
      </Switch>
      <Show when={others().length > 0 && !full()}>
        <ul class="shell-others" aria-label="Shells of others">
          <For each={others()}>
            {(shell) => (
              <li>
                <span class="faint">
                  {visibleName(shell.openedBy.name)} has a shell open here
                  {shell.user ? ` as ${visibleName(shell.user)}` : ""}.
                </span>
                <Button
                  size="sm"
                  onClick={() =>
                    void api.services.endShell(props.service.id, shell.id).then(
                      () => found.refetch(),
                      (error: Error) => toast.error(error.message),
                    )
                  }
                >
                  End it
                </Button>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </div>
  );
}
