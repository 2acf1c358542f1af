import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import { useDeployments, useServices, useStoredContainers } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Checkbox, Dialog, EmptyState, SearchField, StatusDot } from "../../ui/index.ts";
import { type ChoosableContainer, type ContainerGroup, toContainerGroups } from "./container-choice.ts";
import type { LogTargets } from "./container-sources.ts";
import { CONTAINERS_MAX, type LogLayout } from "./log-address.ts";
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

/** Chooses whose logs are shown: containers, whole projects, removed containers whose lines are stored, and PM2 processes. */
export function LogPicker(props: LogPickerProps) {
  const services = useServices();
  const stored = useStoredContainers();
  const deployments = useDeployments();
  const [filter, setFilter] = createSignal("");
  const groups = createMemo(() =>
    toContainerGroups(services.data?.services ?? [], stored.data?.containers ?? [], filter()),
  );
  const processes = createMemo((): Choice[] =>
    (deployments.data?.deployments ?? [])
      .filter(({ name }) => name.toLowerCase().includes(filter().trim().toLowerCase()))
      .map(({ id, status }) => ({
        key: processKey(id),
        name: visibleName(processName(id)),
        running: status === "online",
        state: status === "online" ? picker.running : picker.notRunning,
        lines: null,
      })),
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
  const keys = () => props.choices.map(({ key }) => key);
  const all = () => keys().every((key) => props.chosen.has(key));
  return (
    <section class="log-picker-group">
      <Checkbox
        label={<strong>{props.title}</strong>}
        checked={all()}
        disabled={props.full && !all()}
        onChange={(on) => props.set(keys(), on)}
      />
      <For each={props.choices}>
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
