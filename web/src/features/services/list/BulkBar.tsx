import { createMemo, Show } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { SelectionBar } from "../../../resource/SelectionBar.tsx";
import type { Selection } from "../../../resource/selection.ts";
import { Button, confirm } from "../../../ui/index.ts";
import { LogSelectionLinks } from "../../logs/LogSelectionLinks.tsx";
import type { ServiceActions } from "../actions/service-actions.ts";
import { bulkMessages } from "../messages.ts";
import { actionLabels, isUp } from "../service-state.ts";

export interface BulkBarProps {
  /** The rows that are shown. */
  services: readonly Service[];
  selection: Selection;
  actions: ServiceActions;
}

/** Containers at a time: the server runs 16 jobs at most, for all users together. */
const CONCURRENCY = 6;
/** Names in the confirmation; the rest is counted. */
const NAMES_SHOWN = 6;

/** Runs `act` for every service, at most {@link CONCURRENCY} at a time. */
function runForAll(services: readonly Service[], act: (service: Service) => Promise<void>): void {
  const waiting = [...services];
  const next = async (): Promise<void> => {
    const service = waiting.shift();
    if (!service) return;
    await act(service);
    await next();
  };
  for (let worker = 0; worker < CONCURRENCY; worker++) void next();
}

/** Logs of the selected containers, and one action for all of them. Each reports its own result, and a failure does not stop the others. */
export function BulkBar(props: BulkBarProps) {
  const session = useSession();
  const selected = createMemo(() => props.services.filter(({ id }) => props.selection.has(id)));
  const up = () => selected().filter(({ state }) => isUp(state));
  const down = () => selected().filter(({ state }) => !isUp(state));
  const run = (services: readonly Service[], act: (service: Service) => Promise<void>) => {
    props.selection.clear();
    runForAll(services, act);
  };
  const remove = async () => {
    const services = selected();
    const names = services.slice(0, NAMES_SHOWN).map(({ name }) => visibleName(name));
    const yes = await confirm({
      title: bulkMessages.removeTitle(services.length),
      body: <p>{bulkMessages.removeBody(names.join(", "), services.length - names.length)}</p>,
      action: actionLabels.remove.verb,
      danger: true,
    });
    if (yes) run(services, (service) => props.actions.remove(service, { force: isUp(service.state), volumes: false }));
  };
  const button = (action: "start" | "stop" | "restart", services: () => readonly Service[]) => (
    <Button
      size="sm"
      disabled={services().length === 0}
      onClick={() => run(services(), (service) => props.actions.act(service, action))}
    >
      {actionLabels[action].verb}
    </Button>
  );
  return (
    <SelectionBar label={bulkMessages.toolbar} count={selected().length} onClear={props.selection.clear}>
      <LogSelectionLinks containers={selected().map(({ name }) => name)} />
      <Show when={session.may("services:control")}>
        {button("start", down)}
        {button("stop", up)}
        {button("restart", up)}
      </Show>
      <Show when={session.may("services:remove")}>
        <Button size="sm" variant="danger" onClick={() => void remove()}>
          {actionLabels.remove.verb}
        </Button>
      </Show>
    </SelectionBar>
  );
}
