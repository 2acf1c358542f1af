import { createMemo, Show } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { runForAll } from "../../../resource/run-for-all.ts";
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

/** Names in the confirmation; the rest is counted. */
const NAMES_SHOWN = 6;

/** Logs of the selected containers, and one action for all of them. */
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
