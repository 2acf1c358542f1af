import Layers from "lucide-solid/icons/layers";
import Lock from "lucide-solid/icons/lock";
import Plus from "lucide-solid/icons/plus";
import SearchX from "lucide-solid/icons/search-x";
import TriangleAlert from "lucide-solid/icons/triangle-alert";
import Unplug from "lucide-solid/icons/unplug";
import { createMemo, createSignal, Match, Show, Switch } from "solid-js";
import type { Stack } from "../../../../shared/protocol/stack.ts";
import { api } from "../../lib/api.ts";
import { invalidate, queryKeys, useStacks } from "../../lib/queries.ts";
import { session } from "../../lib/session.ts";
import { createStableList } from "../../lib/stable-list.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import {
  Badge,
  Button,
  Callout,
  type Column,
  DataTable,
  EmptyState,
  ErrorState,
  Page,
  SearchField,
  Skeleton,
  Status,
  toast,
} from "../../ui/index.ts";
import { NewStackDialog } from "./NewStackDialog.tsx";
import { countsOf, interruptedText, lockText, lookOf, rankOf } from "./stack-state.ts";
import "./stacks.css";

/** Every compose stack of the host: those found by their containers, and those made here. */
export function StacksView(props: { onOpen: (name: string) => void }) {
  const query = useStacks();
  const [filter, setFilter] = createSignal("");
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
      New stack
    </Button>
  );
  return (
    <Page
      title="Stacks"
      note={isKnown() ? `${up()} of ${all().length} running` : ""}
      actions={
        <>
          <SearchField label="Filter stacks" value={filter()} onInput={setFilter} />
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
            Docker does not answer: what runs is not known. {query.data?.engine.hint}
          </Callout>
        </Show>
        <Show when={query.data?.complete === false}>
          <Callout tone="info" icon={<TriangleAlert size={15} />}>
            The folders of STACKS_ROOTS hold more folders than are searched: some stacks that are down are not listed.
          </Callout>
        </Show>
        <Switch fallback={<Skeleton lines={7} />}>
          <Match when={query.error && !query.data}>
            <ErrorState error={query.error} onRetry={() => void query.refetch()} />
          </Match>
          <Match when={query.data && all().length === 0}>
            <EmptyState icon={<Layers size={18} />} title="No stack yet" action={mayAdd() ? add() : undefined}>
              A stack is a compose file and the containers made from it. Projects that Docker Compose starts on this
              host appear here by themselves.
            </EmptyState>
          </Match>
          <Match when={query.data && shown().length === 0}>
            <EmptyState
              icon={<SearchX size={18} />}
              title="Nothing matches"
              action={<Button onClick={() => setFilter("")}>Clear the filter</Button>}
            >
              No stack's name or folder holds “{filter()}”.
            </EmptyState>
          </Match>
          <Match when={query.data}>
            <div class="stacks-list">
              <DataTable
                label="Stacks"
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
          onMade={(name) => {
            setAdding(false);
            void invalidate(queryKeys.stacks);
            props.onOpen(name);
          }}
        />
      </Show>
    </Page>
  );
}

/** Says that stacks can only be looked at, and looks again for what is missing. */
export function ComposeMissing(props: { hint: string }) {
  const [busy, setBusy] = createSignal(false);
  const look = async () => {
    setBusy(true);
    try {
      const { installed, version } = await api.stacks.look();
      if (installed) toast.success(`Docker Compose ${version} found`);
      else toast.info("Docker Compose was not found");
      await invalidate(queryKeys.stacks);
    } catch (error) {
      toast.error(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Callout tone="warn" icon={<TriangleAlert size={15} />}>
      <div class="row row-wrap">
        <span class="grow">Stacks can only be looked at. {props.hint}</span>
        <Button size="sm" busy={busy()} onClick={() => void look()}>
          Look again
        </Button>
      </div>
    </Callout>
  );
}

const columns: Column<Stack>[] = [
  {
    id: "name",
    title: "Name",
    sortBy: ({ name }) => name,
    width: "clip",
    cell: (stack) => (
      <div class="stacks-name">
        <div class="truncate stacks-title">{visibleName(stack.name)}</div>
        <div class="truncate faint stacks-folder" title={visibleName(stack.folder)}>
          {visibleName(stack.folder) || "no folder known"}
        </div>
      </div>
    ),
  },
  {
    id: "state",
    title: "State",
    sortBy: rankOf,
    cell: (stack) => (
      <span class="row">
        <Status tone={lookOf(stack).tone}>{lookOf(stack).text}</Status>
        <Show when={interruptedText(stack)}>
          {(text) => (
            <Badge tone="warn" title={text()}>
              interrupted
            </Badge>
          )}
        </Show>
      </span>
    ),
  },
  {
    id: "containers",
    title: "Containers",
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
    title: "Editing",
    only: "wide",
    width: "tight",
    cell: (stack) => (
      <Show when={stack.lock !== null} fallback={<Badge>{stack.own ? "made here" : "listed folder"}</Badge>}>
        <Badge tone="warn" title={lockText(stack)}>
          <Lock size={11} />
          read-only
        </Badge>
      </Show>
    ),
  },
];
