import Layers from "lucide-solid/icons/layers";
import Plus from "lucide-solid/icons/plus";
import { createMemo } from "solid-js";
import type { Job } from "../../../../shared/protocol/job.ts";
import type { Stack } from "../../../../shared/protocol/stack.ts";
import { stackHref } from "../../lib/addresses.ts";
import { api } from "../../lib/api.ts";
import { useCachedList } from "../../lib/cached-list.ts";
import { useJobs } from "../../lib/jobs/jobs.ts";
import { lazy } from "../../lib/load-part.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { sendAction } from "../../resource/confirm-action.ts";
import type { CommandAction, CommandContext, CommandSource } from "../../shell/commands.ts";
import { stackActionLabels, commandMessages as texts } from "./messages.ts";
import { canStart } from "./stack-state.ts";

const UpDialog = lazy(async () => ({ default: (await import("./UpDialog.tsx")).UpDialog }));
const DownDialog = lazy(async () => ({ default: (await import("./DownDialog.tsx")).DownDialog }));
const NewStackDialog = lazy(async () => ({ default: (await import("./NewStackDialog.tsx")).NewStackDialog }));

/** Stacks, and what can be done with each. An action opens the page of its stack, which shows its output. */
export const createStackCommands: CommandSource = (context) => {
  const session = useSession();
  const jobs = useJobs();
  const invalidate = useInvalidate();
  const stacks = useCachedList(
    queryKeys.stacks,
    ({ signal }) => api.stacks.list(signal),
    () => session.may("stacks:view") && session.principal()?.limits.services === null,
  );
  const start = (stack: Stack, job: () => Promise<Job>) => {
    context.open(stackHref(stack.name));
    void sendAction({
      send: async () => void jobs.started(await job()),
      refetch: () => invalidate(queryKeys.stacks),
    });
  };
  return createMemo(() => {
    const all = stacks.data?.stacks ?? [];
    const create = {
      id: "stack:create",
      label: texts.create,
      group: texts.group,
      icon: Plus,
      name: "stack:create",
      run: () =>
        context.show((close) => (
          <NewStackDialog
            taken={(name) => all.some((stack) => stack.name === name)}
            onClose={close}
            onCreated={(name) => {
              close();
              void invalidate(queryKeys.stacks);
              context.open(stackHref(name));
            }}
          />
        )),
    };
    const items = all.map((stack) => ({
      id: `stack:${stack.name}`,
      label: visibleName(stack.name),
      group: texts.group,
      words: stack.folder,
      icon: Layers,
      run: () => context.open(stackHref(stack.name)),
      actions: actionsOf(stack, start, context),
    }));
    return stacks.data === undefined ? [] : [...items, create];
  });
};

function actionsOf(
  stack: Stack,
  start: (stack: Stack, job: () => Promise<Job>) => void,
  { show }: CommandContext,
): CommandAction[] {
  const isEditable = stack.lock === null;
  const plain = (verb: "start" | "restart" | "stop" | "pull"): CommandAction => ({
    verb: stackActionLabels[verb] ?? verb,
    name: `stack:${verb}`,
    run: () => start(stack, () => api.stacks.act(stack.name, verb)),
  });
  const up: CommandAction = {
    verb: stackActionLabels.up ?? "",
    name: "stack:up",
    run: () =>
      show((close) => (
        <UpDialog
          name={stack.name}
          files={stack.files.length}
          unsaved={null}
          onClose={close}
          onUp={(options) => {
            close();
            start(stack, () => api.stacks.up(stack.name, options));
          }}
        />
      )),
  };
  const down = (remove: boolean): CommandAction => ({
    verb: stackActionLabels[remove ? "remove" : "down"] ?? "",
    name: remove ? "stack:remove" : "stack:down",
    run: () =>
      show((close) => (
        <DownDialog
          name={stack.name}
          folder={stack.folder}
          remove={remove}
          onClose={close}
          onDown={(volumes) => {
            close();
            start(stack, () => (remove ? api.stacks.remove : api.stacks.down)(stack.name, volumes));
          }}
        />
      )),
  });
  const canGoDown = stack.total > 0 && stack.lock !== "outside" && stack.lock !== "name";
  return [
    ...(canStart(stack) ? [plain("start")] : []),
    ...(stack.running > 0 ? [plain("restart"), plain("stop")] : []),
    ...(isEditable ? [up, plain("pull")] : []),
    ...(canGoDown ? [down(false)] : []),
    ...(stack.own && isEditable && stack.state !== "unknown" ? [down(true)] : []),
  ];
}
