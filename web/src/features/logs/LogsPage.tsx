import { useLocation, useNavigate } from "@solidjs/router";
import Columns2 from "lucide-solid/icons/columns-2";
import Plus from "lucide-solid/icons/plus";
import X from "lucide-solid/icons/x";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, IconButton, Page } from "../../ui/index.ts";
import { ContainerLogs } from "./ContainerLogs.tsx";
import { ContainerPicker } from "./ContainerPicker.tsx";
import { formatLogAddress, type LogAddress, parseLogAddress } from "./log-address.ts";
import { page as messages } from "./messages.ts";
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
      {(opened) => (
        <Logs
          address={opened}
          onChange={(next) => {
            const search = formatLogAddress(next, initial);
            if (search === location.search) return;
            written = search;
            navigate(`/logs${search}`, { replace: true, scroll: false });
          }}
        />
      )}
    </Show>
  );
}

function Logs(props: { address: LogAddress; onChange: (address: LogAddress) => void }) {
  const { address } = props;
  const controls = createLogControls(address.query);
  const [containers, setContainers] = createSignal(address.containers);
  const [layout, setLayout] = createSignal(address.layout);
  const [choosing, setChoosing] = createSignal(false);
  createEffect(
    on(
      [controls.query, containers, layout],
      ([query, containers, layout]) => props.onChange({ query, containers, layout, line: undefined }),
      { defer: true },
    ),
  );
  const several = () => containers().length > 1;
  return (
    <Page
      fixed
      title={messages.title}
      actions={
        <div class="log-chosen">
          <Show when={containers().length > 0} fallback={<span class="page-note">{messages.all}</span>}>
            <ul class="log-chips" aria-label={messages.chosen}>
              <For each={containers()}>
                {(name) => (
                  <li class="log-chip">
                    <span class="truncate">{visibleName(name)}</span>
                    <button
                      type="button"
                      aria-label={messages.leaveOut(visibleName(name))}
                      onClick={() => setContainers((all) => all.filter((other) => other !== name))}
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
        <ContainerLogs
          label={messages.title}
          containers={containers()}
          layout={layout()}
          controls={controls}
          line={address.line}
        />
      </section>
      <Show when={choosing()}>
        <ContainerPicker chosen={containers()} onChange={setContainers} onClose={() => setChoosing(false)} />
      </Show>
    </Page>
  );
}
