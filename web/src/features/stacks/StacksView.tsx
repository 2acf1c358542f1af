import Layers from "lucide-solid/icons/layers";
import Lock from "lucide-solid/icons/lock";
import Plus from "lucide-solid/icons/plus";
import SearchX from "lucide-solid/icons/search-x";
import TriangleAlert from "lucide-solid/icons/triangle-alert";
import Unplug from "lucide-solid/icons/unplug";
import { createMemo, createSignal, Match, Show, Switch } from "solid-js";
import type { Stack } from "../../../../shared/protocol/stack.ts";
import { queryKeys, useInvalidate, useStacks } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { createStableList } from "../../lib/stable-list.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { AddressTable } from "../../resource/AddressTable.tsx";
import { createAddressText } from "../../resource/address-value.ts";
import {
  Badge,
  Button,
  Callout,
  type Column,
  EmptyState,
  ErrorState,
  Page,
  SearchField,
  Skeleton,
  Status,
} from "../../ui/index.ts";
import { ComposeMissing } from "./ComposeMissing.tsx";
import { stackListMessages as messages, stackMessages } from "./messages.ts";
import { NewStackDialog } from "./NewStackDialog.tsx";
import { countsOf, interruptedText, rankOf, readOnlyText, statusDisplay } from "./stack-state.ts";
import "./stacks.css";

/** Every compose stack of the host: those with containers and those with a folder. */
export function StacksView(props: { onOpen: (name: string) => void }) {
  const invalidate = useInvalidate();
  const session = useSession();
  const query = useStacks();
  const [filter, setFilter] = createAddressText("filter");
  const [adding, setAdding] = createSignal(false);
  const all = createStableList(() => query.data?.stacks, "name");
  const shown = createMemo(() => {
    const wanted = filter().trim().toLowerCase();
    return all().filter(({ name, folder }) => `${name}\n${folder}`.toLowerCase().includes(wanted));
  });
  const up = () => all().filter(({ running }) => running > 0).length;
  const isKnown = () => query.data?.engine.state === "up";
  const mayAdd = () => session.may("stacks:manage") && query.data?.compose.installed === true && isKnown();
  const add = () => (
    <Button variant="primary" icon={<Plus size={14} />} onClick={() => setAdding(true)}>
      {messages.newStack}
    </Button>
  );
  return (
    <Page
      title={messages.title}
      note={isKnown() ? stackMessages.runningOf(up(), all().length) : ""}
      actions={
        <>
          <SearchField label={messages.filter} value={filter()} onInput={setFilter} />
          <Show when={mayAdd()}>{add()}</Show>
        </>
      }
    >
      <div class="stack">
        <Show when={query.data?.compose.installed === false}>
          <ComposeMissing hint={query.data?.compose.hint ?? ""} />
        </Show>
        <Show when={query.data && query.data.engine.state !== "up"}>
          <Callout tone="warn" icon={<Unplug size={15} />}>
            {stackMessages.dockerAway(query.data?.engine.hint)}
          </Callout>
        </Show>
        <Show when={query.data?.complete === false}>
          <Callout tone="info" icon={<TriangleAlert size={15} />}>
            {messages.incomplete}
          </Callout>
        </Show>
        <Switch fallback={<Skeleton lines={7} />}>
          <Match when={query.error && !query.data}>
            <ErrorState error={query.error} onRetry={() => void query.refetch()} />
          </Match>
          <Match when={query.data && all().length === 0}>
            <EmptyState icon={<Layers size={18} />} title={messages.empty} action={mayAdd() ? add() : undefined}>
              {messages.emptyHint}
            </EmptyState>
          </Match>
          <Match when={query.data && shown().length === 0}>
            <EmptyState
              icon={<SearchX size={18} />}
              title={messages.nothingMatches}
              action={<Button onClick={() => setFilter("")}>{messages.clearFilter}</Button>}
            >
              {messages.nothingMatchesHint(visibleName(filter()))}
            </EmptyState>
          </Match>
          <Match when={query.data}>
            <div class="card card-flush stack-list">
              <AddressTable
                label={messages.title}
                columns={columns}
                rows={shown()}
                key={({ name }) => name}
                initialSort={{ column: "name" }}
                onOpen={({ name }) => props.onOpen(name)}
              />
            </div>
          </Match>
        </Switch>
      </div>
      <Show when={adding()}>
        <NewStackDialog
          taken={(name) => all().some((stack) => stack.name === name)}
          onClose={() => setAdding(false)}
          onCreated={(name) => {
            setAdding(false);
            void invalidate(queryKeys.stacks);
            props.onOpen(name);
          }}
        />
      </Show>
    </Page>
  );
}

const columns: Column<Stack>[] = [
  {
    id: "name",
    title: messages.columns.name,
    sortBy: ({ name }) => name,
    width: "clip",
    cell: (stack) => (
      <div class="stack-name">
        <div class="truncate stack-title">{visibleName(stack.name)}</div>
        <div class="truncate faint stack-folder" title={visibleName(stack.folder)}>
          {visibleName(stack.folder) || messages.folderUnknown}
        </div>
      </div>
    ),
  },
  {
    id: "state",
    title: messages.columns.state,
    sortBy: rankOf,
    cell: (stack) => (
      <span class="row">
        <Status tone={statusDisplay(stack).tone}>{statusDisplay(stack).text}</Status>
        <Show when={interruptedText(stack)}>
          {(text) => (
            <Badge tone="warn" title={text()}>
              {messages.interrupted}
            </Badge>
          )}
        </Show>
      </span>
    ),
  },
  {
    id: "containers",
    title: messages.columns.containers,
    only: "middle",
    align: "end",
    sortBy: ({ running }) => running,
    cell: (stack) => (
      <Show when={countsOf(stack)} fallback={<span class="faint num">–</span>}>
        {(counts) => <span class="num">{`${counts().running} / ${counts().expected}`}</span>}
      </Show>
    ),
  },
  {
    id: "lock",
    title: messages.columns.editing,
    only: "wide",
    width: "tight",
    cell: (stack) => (
      <Show when={stack.lock !== null} fallback={<Badge>{stack.own ? messages.managed : messages.listedFolder}</Badge>}>
        <Badge tone="warn" title={readOnlyText(stack)}>
          <Lock size={11} />
          {messages.readOnly}
        </Badge>
      </Show>
    ),
  },
];
