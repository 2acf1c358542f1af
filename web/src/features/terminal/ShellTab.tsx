import SquareTerminal from "lucide-solid/icons/square-terminal";
import { createEffect, createSignal, For, Match, on, onCleanup, Show, Switch } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import type { Shell } from "../../../../shared/protocol/shell.ts";
import { api } from "../../lib/api.ts";
import { queryKeys } from "../../lib/queries.ts";
import { askedOnce, useQuery } from "../../lib/use-query.ts";
import { createSubmit } from "../../resource/submit.ts";
import { Callout, confirm, EmptyState, ErrorState, Skeleton, toast } from "../../ui/index.ts";
import { shellMessages } from "./messages.ts";
import { OtherShells } from "./OtherShells.tsx";
import { createOpenShells, type OpenShell } from "./open-shells.ts";
import { ShellBar } from "./ShellBar.tsx";
import { createShellChoice, ShellForm } from "./ShellForm.tsx";
import { ShellPane } from "./ShellPane.tsx";
import "./terminal.css";

/** Shells in one container. Open shells of the account are attached to again, also after a reload. */
export function ShellTab(props: { service: Service }) {
  const shells = createOpenShells();
  const choice = createShellChoice();
  const [isFull, setFull] = createSignal(false);
  let isLeft = false;
  onCleanup(() => {
    isLeft = true;
  });
  const found = useQuery(() => ({
    queryKey: queryKeys.serviceShells(props.service.id),
    queryFn: async () => (props.service.state === "running" ? await api.services.shells(props.service.id) : []),
    ...askedOnce,
  }));
  const others = () => (found.data ?? []).filter(({ mine }) => !mine);
  createEffect(on(() => props.service.id, shells.clear));
  createEffect(
    on(
      () => found.data,
      (list = []) => {
        for (const shell of list) if (shell.mine) shells.add(shell);
      },
    ),
  );

  const submit = createSubmit({
    send: () =>
      api.services.openShell(props.service.id, {
        command: choice.command(),
        user: choice.user().trim() || undefined,
      }),
    onSent: (shell) => {
      if (!isLeft) shells.add(shell);
    },
  });
  const dismiss = (id: string) => {
    shells.remove(id);
    if (shells.all().length === 0) setFull(false);
  };
  const end = async ({ shell, number, end: ended }: OpenShell) => {
    if (!ended) {
      const yes = await confirm({
        title: shellMessages.endTitle(number),
        action: shellMessages.endAction,
        danger: true,
        body: shellMessages.endBody,
      });
      if (!yes) return;
      try {
        await api.services.endShell(props.service.id, shell.id);
      } catch (error) {
        if (!shells.find(shell.id)?.end) toast.error(error);
      }
    }
    dismiss(shell.id);
  };
  const endOther = ({ id }: Shell) =>
    void api.services.endShell(props.service.id, id).then(() => found.refetch(), toast.error);

  return (
    <div class="shells" classList={{ "shells-full": isFull() }}>
      <Switch>
        <Match when={found.error}>
          <ErrorState error={found.error} onRetry={() => void found.refetch()} />
        </Match>
        <Match when={found.isPending}>
          <Skeleton lines={5} label={shellMessages.loading} />
        </Match>
        <Match when={shells.all().length === 0 && props.service.state !== "running"}>
          <EmptyState icon={<SquareTerminal size={18} />} title={shellMessages.notRunning}>
            {shellMessages.notRunningHint}
          </EmptyState>
        </Match>
        <Match when={shells.all().length === 0}>
          <EmptyState
            icon={<SquareTerminal size={18} />}
            title={shellMessages.none}
            action={<ShellForm choice={choice} submit={submit} />}
          >
            {shellMessages.noneHint}
          </EmptyState>
        </Match>
        <Match when={shells.all().length > 0}>
          <ShellBar
            shells={shells}
            container={props.service.name}
            isFull={isFull()}
            onFull={setFull}
            onOpen={() => void submit.submit()}
            onEnd={(open) => void end(open)}
          />
          <Show when={submit.problem()}>{(text) => <Callout tone="bad">{text()}</Callout>}</Show>
          <For each={shells.ids()}>
            {(id) => <ShellPane id={id} shells={shells} container={props.service} onDismiss={() => dismiss(id)} />}
          </For>
        </Match>
      </Switch>
      <Show when={others().length > 0 && !isFull()}>
        <OtherShells shells={others()} onEnd={endOther} />
      </Show>
    </div>
  );
}
