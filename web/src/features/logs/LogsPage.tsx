import { useLocation, useNavigate } from "@solidjs/router";
import Columns2 from "lucide-solid/icons/columns-2";
import Plus from "lucide-solid/icons/plus";
import X from "lucide-solid/icons/x";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import { createTitle } from "../../lib/page-title.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { isSameRange } from "../../lib/time-range.ts";
import { createTimeView, TimeViewProvider } from "../../lib/time-view.ts";
import { Button, IconButton, Page } from "../../ui/index.ts";
import { createTimeMarks } from "../events/time-marks.ts";
import { ContainerLogs } from "./ContainerLogs.tsx";
import { LogPicker } from "./LogPicker.tsx";
import { formatLogAddress, type LogAddress, parseLogAddress } from "./log-address.ts";
import type { LogTargets } from "./log-targets.ts";
import { page as messages } from "./messages.ts";
import { processLabel } from "./process-sources.ts";
import type { LogQuery } from "./search/log-query.ts";
import { createLogControls } from "./view/log-controls.ts";

/** A search through all containers is for the lines it finds. */
const initial: Partial<LogQuery> = { only: true };

/** Logs of several or all containers, removed ones too; the address says what is shown. */
export default function LogsPage() {
  const location = useLocation();
  const navigate = useNavigate();
  /** The address that this page wrote last; any other one comes from outside. */
  let written: string | undefined;
  const [address, setAddress] = createSignal(parseLogAddress(location.search, initial), { equals: false });
  createEffect(
    on(
      () => location.search,
      (search) => {
        if (search !== written) setAddress(parseLogAddress(search, initial));
        written = search;
      },
      { defer: true },
    ),
  );
  return (
    <Show when={address()} keyed>
      {(opened) => {
        let shown: LogAddress = opened;
        return (
          <Logs
            address={opened}
            onChange={(next) => {
              const search = formatLogAddress(next, initial);
              if (search === location.search) return;
              written = search;
              const replace = !isStep(shown, next);
              shown = next;
              navigate(`/logs${search}`, { replace, scroll: false });
            }}
          />
        );
      }}
    </Show>
  );
}

/** Whether another view of logs is opened, which Back undoes; what is typed or filtered replaces the address. */
const isStep = (left: LogAddress, right: LogAddress): boolean =>
  // Opening the picker is a step, what is ticked in it is none.
  !left.choosing &&
  (right.choosing === true ||
    left.layout !== right.layout ||
    !isSameRange(left.query, right.query) ||
    [...left.containers, ...left.processes].join("\n") !== [...right.containers, ...right.processes].join("\n"));

function Logs(props: { address: LogAddress; onChange: (address: LogAddress) => void }) {
  const { address } = props;
  const controls = createLogControls(address.query);
  const [targets, setTargets] = createSignal<LogTargets>({
    containers: address.containers,
    processes: address.processes,
  });
  const chips = (): { label: string; without: () => LogTargets }[] => {
    const { containers, processes } = targets();
    return [
      ...containers.map((name) => ({
        label: visibleName(name),
        without: () => ({ containers: containers.filter((other) => other !== name), processes }),
      })),
      ...processes.map((id) => ({
        label: visibleName(processLabel(id)),
        without: () => ({ containers, processes: processes.filter((other) => other !== id) }),
      })),
    ];
  };
  const [layout, setLayout] = createSignal(address.layout);
  const found = createTimeMarks(controls.query, targets);
  const time = createTimeView({
    range: controls.query,
    setRange: ({ since, until }) => controls.change({ since, until }),
    found,
  });
  const [choosing, setChoosing] = createSignal(address.choosing === true);
  createEffect(
    on(
      [controls.query, targets, layout, choosing],
      ([query, { containers, processes }, layout, choosing]) =>
        props.onChange({
          query,
          containers: [...containers],
          processes: [...processes],
          layout,
          line: undefined,
          choosing,
        }),
      { defer: true },
    ),
  );
  const several = () => chips().length > 1;
  createTitle(() => messages.browserTitle(chips().map(({ label }) => label)));
  return (
    <Page
      fixed
      title={messages.title}
      actions={
        <div class="log-chosen">
          <Show when={chips().length > 0} fallback={<span class="page-note">{messages.all}</span>}>
            <ul class="log-chips" aria-label={messages.chosen}>
              <For each={chips()}>
                {(chip) => (
                  <li class="log-chip">
                    <span class="truncate">{chip.label}</span>
                    <button
                      type="button"
                      aria-label={messages.leaveOut(chip.label)}
                      onClick={() => setTargets(chip.without())}
                    >
                      <X size={11} />
                    </button>
                  </li>
                )}
              </For>
            </ul>
          </Show>
          <Show when={several()}>
            <IconButton
              label={messages.sideBySide}
              aria-pressed={layout() === "columns"}
              icon={<Columns2 size={15} />}
              onClick={() => setLayout(layout() === "columns" ? "merged" : "columns")}
            />
          </Show>
          <Button onClick={() => setChoosing(true)}>
            <Plus size={14} /> {messages.choose}
          </Button>
        </div>
      }
    >
      <section class="card log-card">
        <TimeViewProvider value={time}>
          <ContainerLogs
            label={messages.title}
            containers={targets().containers}
            processes={targets().processes}
            layout={layout()}
            controls={controls}
            line={address.line}
          />
        </TimeViewProvider>
      </section>
      <Show when={choosing()}>
        <LogPicker
          chosen={targets()}
          onChange={setTargets}
          onClose={(shown) => {
            setChoosing(false);
            if (shown) setLayout(shown);
          }}
        />
      </Show>
    </Page>
  );
}
