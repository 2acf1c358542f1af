import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { StoredContainer } from "../../../../shared/protocol/log-search.ts";
import { keepSame } from "../../lib/keep-same.ts";
import { useDeployments, useServices, useStoredContainers } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Checkbox, Dialog, EmptyState, SearchField, StatusDot } from "../../ui/index.ts";
import { type ChoosableContainer, type ContainerGroup, toContainerGroups } from "./container-choice.ts";
import { CONTAINERS_MAX, type LogLayout } from "./log-address.ts";
import type { LogTargets } from "./log-targets.ts";
import { page as pageMessages, picker } from "./messages.ts";
import { processName } from "./process-sources.ts";

export interface LogPickerProps {
  chosen: LogTargets;
  onChange: (targets: LogTargets) => void;
  /** With the way the logs shall stand; undefined: as they do. */
  onClose: (layout?: LogLayout) => void;
}

/** One log that can be chosen; `key` tells containers and processes apart. */
interface Choice {
  key: string;
  name: string;
  running: boolean;
  state: string;
  lines: number | null;
}

const containerKey = (name: string) => `c/${name}`;
const processKey = (id: string) => `p/${id}`;
const toKeys = ({ containers, processes }: LogTargets) => [
  ...containers.map(containerKey),
  ...processes.map(processKey),
];
const toTargets = (keys: readonly string[]): LogTargets => {
  const of = (kind: string) => keys.filter((key) => key.startsWith(kind)).map((key) => key.slice(kind.length));
  return { containers: of("c/"), processes: of("p/") };
};

const toChoice = ({ name, removed, running, lines }: ChoosableContainer): Choice => ({
  key: containerKey(name),
  name: visibleName(name),
  running,
  state: removed ? picker.removed : running ? picker.running : picker.notRunning,
  lines,
});

/** Processes by their name, with those that are gone and whose lines are stored. */
function toProcessChoices(
  present: readonly Pick<Deployment, "id" | "status">[],
  stored: readonly StoredContainer[],
  filter: string,
): Choice[] {
  const lines = new Map(stored.map((one) => [one.name, one.lines]));
  const there = new Set(present.map(({ id }) => id));
  const gone = stored.filter(({ name }) => !there.has(name));
  return [
    ...present.map(({ id, status }) => ({ id, running: status === "online", gone: false })),
    ...gone.map(({ name }) => ({ id: name, running: false, gone: true })),
  ]
    .filter(({ id }) => processName(id).toLowerCase().includes(filter.trim().toLowerCase()))
    .map(({ id, running, gone }) => ({
      key: processKey(id),
      name: visibleName(processName(id)),
      running,
      state: gone ? picker.removed : running ? picker.running : picker.notRunning,
      lines: lines.get(id) ?? null,
    }));
}

/** Chooses whose logs are shown: containers, whole projects, PM2 processes, and removed ones whose lines are stored. */
export function LogPicker(props: LogPickerProps) {
  const services = useServices();
  const stored = useStoredContainers();
  const deployments = useDeployments();
  const [filter, setFilter] = createSignal("");
  const groups = createMemo<ReturnType<typeof toContainerGroups>>((before) =>
    keepSame(before, toContainerGroups(services.data?.services ?? [], stored.data?.containers ?? [], filter())),
  );
  const processes = createMemo(() =>
    toProcessChoices(deployments.data?.deployments ?? [], stored.data?.processes ?? [], filter()),
  );
  const chosen = createMemo(() => new Set(toKeys(props.chosen)));
  const full = () => chosen().size >= CONTAINERS_MAX;
  const set = (keys: readonly string[], on: boolean) => {
    const next = new Set(chosen());
    for (const key of keys) {
      if (!on) next.delete(key);
      else if (next.size < CONTAINERS_MAX) next.add(key);
    }
    props.onChange(toTargets([...next]));
  };
  const group = (title: JSX.Element, choices: () => readonly Choice[]) => (
    <ChoiceGroup title={title} choices={choices()} chosen={chosen()} full={full()} set={set} />
  );
  return (
    <Dialog
      open
      title={picker.title}
      onClose={() => props.onClose()}
      footer={
        <>
          <span class="grow log-picker-note">
            {chosen().size === 0 ? picker.none : picker.chosen(chosen().size)}
            {full() ? picker.full(CONTAINERS_MAX) : ""}
          </span>
          <Button variant="ghost" disabled={chosen().size === 0} onClick={() => set([...chosen()], false)}>
            {picker.showAll}
          </Button>
          <Show when={chosen().size > 1}>
            <Button onClick={() => props.onClose("merged")}>{pageMessages.merge}</Button>
            <Button onClick={() => props.onClose("columns")}>{pageMessages.beside}</Button>
          </Show>
          <Button variant="primary" onClick={() => props.onClose()}>
            {picker.done}
          </Button>
        </>
      }
    >
      <div class="log-picker">
        <SearchField label={picker.filter} value={filter()} onInput={setFilter} />
        <Show when={groups().length + processes().length > 0} fallback={<EmptyState title={picker.nothing} />}>
          <For each={groups()}>{(one) => group(titleOf(one), () => one.containers.map(toChoice))}</For>
          <Show when={processes().length > 0}>{group(picker.processes, processes)}</Show>
        </Show>
      </div>
    </Dialog>
  );
}

const titleOf = ({ project, removed }: ContainerGroup) =>
  removed ? picker.removedGroup : project === null ? picker.otherContainers : visibleName(project);

interface ChoiceGroupProps {
  title: JSX.Element;
  choices: readonly Choice[];
  chosen: ReadonlySet<string>;
  full: boolean;
  set: (keys: readonly string[], on: boolean) => void;
}

function ChoiceGroup(props: ChoiceGroupProps) {
  const choices = createMemo<readonly Choice[]>((before) => keepSame(before, props.choices));
  const keys = () => choices().map(({ key }) => key);
  const all = () => keys().every((key) => props.chosen.has(key));
  return (
    <section class="log-picker-group">
      <Checkbox
        label={<strong>{props.title}</strong>}
        checked={all()}
        disabled={props.full && !all()}
        onChange={(on) => props.set(keys(), on)}
      />
      <For each={choices()}>
        {(choice) => (
          <Checkbox
            label={
              <span class="log-picker-row">
                <StatusDot tone={choice.running ? "ok" : "neutral"} label={choice.state} />
                <span class="truncate">{choice.name}</span>
                <Show when={choice.lines !== null}>
                  <span class="count">{picker.lines(choice.lines ?? 0)}</span>
                </Show>
              </span>
            }
            checked={props.chosen.has(choice.key)}
            disabled={props.full && !props.chosen.has(choice.key)}
            onChange={(on) => props.set([choice.key], on)}
          />
        )}
      </For>
    </section>
  );
}
