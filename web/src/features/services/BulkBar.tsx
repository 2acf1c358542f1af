import { createMemo, Show } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import { session } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, confirm } from "../../ui/index.ts";
import type { ServiceDeeds } from "./service-actions.ts";
import type { ServiceMarks } from "./service-marks.ts";
import { isUp } from "./service-state.ts";

export interface BulkBarProps {
  /** The rows that are shown. */
  services: readonly Service[];
  marks: ServiceMarks;
  deeds: ServiceDeeds;
}

/** Containers at a time: the server runs sixteen long actions at most, and others have some too. */
const AT_ONCE = 6;
/** Names that are written out when all are to be removed. */
const NAMED = 6;

/** One action for every marked container; each is told apart, and one that is refused does not stop the others. */
export function BulkBar(props: BulkBarProps) {
  const marked = createMemo(() => props.services.filter(({ id }) => props.marks.has(id)));
  const up = () => marked().filter(({ state }) => isUp(state));
  const down = () => marked().filter(({ state }) => !isUp(state));
  const all = (services: readonly Service[], act: (service: Service) => Promise<void>) => {
    props.marks.clear();
    const rest = [...services];
    const next = async (): Promise<void> => {
      const service = rest.shift();
      if (!service) return;
      await act(service);
      await next();
    };
    for (let index = 0; index < AT_ONCE; index++) void next();
  };
  const remove = async () => {
    const services = marked();
    const names = services.slice(0, NAMED).map(({ name }) => visibleName(name));
    const more = services.length - names.length;
    const yes = await confirm({
      title: `Remove ${services.length} ${services.length === 1 ? "container" : "containers"}?`,
      body: (
        <p>
          {names.join(", ")}
          {more > 0 ? ` and ${more} more` : ""}: they and everything written inside them are deleted, running ones are
          ended first. Images and volumes stay.
        </p>
      ),
      action: "Remove",
      danger: true,
    });
    if (yes) all(services, (service) => props.deeds.remove(service, { force: isUp(service.state), volumes: false }));
  };
  return (
    <Show when={marked().length > 0}>
      <div class="bulk-bar" role="toolbar" aria-label="Marked containers">
        <b>{marked().length} marked</b>
        <Button
          size="sm"
          disabled={down().length === 0}
          onClick={() => all(down(), (service) => props.deeds.act(service, "start"))}
        >
          Start
        </Button>
        <Button
          size="sm"
          disabled={up().length === 0}
          onClick={() => all(up(), (service) => props.deeds.act(service, "stop"))}
        >
          Stop
        </Button>
        <Button
          size="sm"
          disabled={up().length === 0}
          onClick={() => all(up(), (service) => props.deeds.act(service, "restart"))}
        >
          Restart
        </Button>
        <Show when={session.may("services:remove")}>
          <Button size="sm" variant="danger" onClick={() => void remove()}>
            Remove
          </Button>
        </Show>
        <Button size="sm" variant="ghost" onClick={props.marks.clear}>
          Clear
        </Button>
      </div>
    </Show>
  );
}
