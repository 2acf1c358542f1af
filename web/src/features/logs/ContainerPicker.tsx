import { createMemo, createSignal, For, Show } from "solid-js";
import { useServices, useStoredContainers } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Checkbox, Dialog, EmptyState, SearchField, StatusDot } from "../../ui/index.ts";
import { type ContainerGroup, toContainerGroups } from "./container-choice.ts";
import { CONTAINERS_MAX } from "./log-address.ts";
import { picker } from "./messages.ts";

export interface ContainerPickerProps {
  chosen: readonly string[];
  onChange: (containers: string[]) => void;
  onClose: () => void;
}

/** Chooses whose logs are shown: single containers, whole projects, and removed ones whose lines are stored. */
export function ContainerPicker(props: ContainerPickerProps) {
  const services = useServices();
  const stored = useStoredContainers();
  const [filter, setFilter] = createSignal("");
  const groups = createMemo(() =>
    toContainerGroups(services.data?.services ?? [], stored.data?.containers ?? [], filter()),
  );
  const chosen = createMemo(() => new Set(props.chosen));
  const set = (names: readonly string[], on: boolean) => {
    const next = new Set(props.chosen);
    for (const name of names) {
      if (!on) next.delete(name);
      else if (next.size < CONTAINERS_MAX) next.add(name);
    }
    props.onChange([...next]);
  };
  const full = () => chosen().size >= CONTAINERS_MAX;
  const titleOf = ({ project, removed }: ContainerGroup) =>
    removed ? picker.removedGroup : project === null ? picker.otherContainers : visibleName(project);
  return (
    <Dialog
      open
      title={picker.title}
      onClose={props.onClose}
      footer={
        <>
          <span class="grow log-picker-note">
            {chosen().size === 0 ? picker.none : picker.chosen(chosen().size)}
            {full() ? picker.full(CONTAINERS_MAX) : ""}
          </span>
          <Button variant="ghost" disabled={chosen().size === 0} onClick={() => props.onChange([])}>
            {picker.showAll}
          </Button>
          <Button variant="primary" onClick={props.onClose}>
            {picker.done}
          </Button>
        </>
      }
    >
      <div class="log-picker">
        <SearchField label={picker.filter} value={filter()} onInput={setFilter} />
        <Show when={groups().length > 0} fallback={<EmptyState title={picker.nothing} />}>
          <For each={groups()}>
            {(group) => {
              const names = () => group.containers.map(({ name }) => name);
              const all = () => names().every((name) => chosen().has(name));
              return (
                <section class="log-picker-group">
                  <Checkbox
                    label={<strong>{titleOf(group)}</strong>}
                    checked={all()}
                    disabled={full() && !all()}
                    onChange={(on) => set(names(), on)}
                  />
                  <For each={group.containers}>
                    {(container) => (
                      <Checkbox
                        label={
                          <span class="log-picker-row">
                            <StatusDot
                              tone={container.running ? "ok" : "neutral"}
                              label={
                                container.removed
                                  ? picker.removed
                                  : container.running
                                    ? picker.running
                                    : picker.notRunning
                              }
                            />
                            <span class="truncate">{visibleName(container.name)}</span>
                            <Show when={container.lines !== null}>
                              <span class="count">{picker.lines(container.lines ?? 0)}</span>
                            </Show>
                          </span>
                        }
                        checked={chosen().has(container.name)}
                        disabled={full() && !chosen().has(container.name)}
                        onChange={(on) => set([container.name], on)}
                      />
                    )}
                  </For>
                </section>
              );
            }}
          </For>
        </Show>
      </div>
    </Dialog>
  );
}
