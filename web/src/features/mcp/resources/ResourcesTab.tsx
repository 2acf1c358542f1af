import FileText from "lucide-solid/icons/file-text";
import { createMemo, createSignal, For, Match, onCleanup, Show, Switch } from "solid-js";
import { createStore } from "solid-js/store";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import type { McpResource, McpResourceTemplate } from "../../../../../shared/protocol/mcp-workbench.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { formatBytes, formatTime } from "../../../lib/format.ts";
import { useLive } from "../../../lib/live-context.ts";
import { createTitle, joinTitle } from "../../../lib/page-title.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { createAddressName, createAddressText } from "../../../resource/address-value.ts";
import { Button, Callout, EmptyState, ErrorState, Facts, Skeleton, toast } from "../../../ui/index.ts";
import { ArgumentField } from "../offers/ArgumentField.tsx";
import { offerMessages, resourceMessages as texts } from "../offers/messages.ts";
import { type Offer, OfferList } from "../offers/OfferList.tsx";
import { createOfferPages } from "../offers/offer-pages.ts";
import { RunningOnly } from "../offers/RunningOnly.tsx";
import { ResultParts } from "../tools/ToolResultView.tsx";
import { type ResultPart, toContents } from "../tools/tool-result.ts";

type Entry = Offer & ({ resource: McpResource } | { template: McpResourceTemplate });

/** The resources and resource templates of a running server. */
export default function ResourcesTab(props: { server: McpServer }) {
  return (
    <RunningOnly server={props.server}>
      <Resources server={props.server} />
    </RunningOnly>
  );
}

function Resources(props: { server: McpServer }) {
  const { mcpWS } = useLive();
  const id = () => props.server.id;
  const changed = (reload: () => void) =>
    mcpWS.on("resources:changed", ({ serverId }) => serverId === id() && reload());
  const active = () => true;
  const resources = createOfferPages((cursor) => api.mcp.resources(id(), cursor), active, changed);
  const templates = createOfferPages((cursor) => api.mcp.resourceTemplates(id(), cursor), active, changed);
  const [filter, setFilter] = createAddressText("find-resource");
  const [open, setOpen] = createAddressName("resource");
  const entries = createMemo((): Entry[] => [
    ...(templates.items() ?? []).map((template) => ({ ...template, key: template.uriTemplate, template })),
    ...(resources.items() ?? []).map((resource) => ({ ...resource, key: resource.uri, resource })),
  ]);
  /** A link in a result names a resource that need not be in the list. */
  const current = createMemo((): Entry | undefined => {
    const key = open();
    const known = key === null ? entries()[0] : entries().find((entry) => entry.key === key);
    if (known || key === null) return known;
    return { key, name: key, resource: { uri: key, name: key } };
  });
  const currentKey = createMemo(() => current()?.key);
  createTitle(() => {
    const entry = open() === null ? undefined : current();
    return entry && joinTitle(visibleName(entry.title ?? entry.name), visibleName(props.server.name));
  });
  const error = () => resources.error() ?? templates.error();
  const loaded = () => resources.items() !== undefined && templates.items() !== undefined;
  return (
    <Switch fallback={<Skeleton lines={6} />}>
      <Match when={error() && !loaded()}>
        <ErrorState
          error={error()}
          onRetry={() => {
            resources.reload();
            templates.reload();
          }}
        />
      </Match>
      <Match when={loaded() && entries().length === 0 && open() === null}>
        <EmptyState icon={<FileText size={18} />} title={texts.none} />
      </Match>
      <Match when={loaded()}>
        <OfferList
          label={texts.title}
          find={texts.find}
          items={entries()}
          current={currentKey()}
          onOpen={setOpen}
          filter={filter()}
          onFilter={setFilter}
          more={resources.more() ?? templates.more()}
        >
          <Show when={currentKey()} keyed>
            {(_key) => (
              <Show when={current()}>{(entry) => <ResourcePane server={props.server} entry={entry()} />}</Show>
            )}
          </Show>
        </OfferList>
      </Match>
    </Switch>
  );
}

/** One resource or template: its description, its variables, and its content once it was read. */
function ResourcePane(props: { server: McpServer; entry: Entry }) {
  const session = useSession();
  const invalidate = useInvalidate();
  const { mcpWS } = useLive();
  const id = () => props.server.id;
  const template = () => ("template" in props.entry ? props.entry.template : undefined);
  const resource = () => ("resource" in props.entry ? props.entry.resource : undefined);
  const about = useQuery(() => ({ queryKey: queryKeys.mcpAbout(id()), queryFn: () => api.mcp.about(id()) }));
  const [values, setValues] = createStore<Record<string, string>>({});
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const [shown, setShown] = createSignal<{ uri: string; parts: ResultPart[]; note: string }>();
  const uri = () => resource()?.uri ?? shown()?.uri;
  const isFollowed = () => about.data?.about.subscriptions.includes(uri() ?? "") === true;
  const canFollow = () => {
    const offered = about.data?.about.capabilities.resources;
    return typeof offered === "object" && offered !== null && "subscribe" in offered && offered.subscribe === true;
  };

  const read = async (note: (time: string) => string) => {
    if (busy()) return;
    setBusy(true);
    setProblem(null);
    try {
      const pattern = template();
      const input = pattern
        ? { uriTemplate: pattern.uriTemplate, values: { ...values } }
        : { uri: resource()?.uri ?? props.entry.key };
      const { uri: readUri, result } = await api.mcp.readResource(id(), input);
      setShown({ uri: readUri, parts: toContents(result), note: note(formatTime(new Date().toISOString())) });
    } catch (error) {
      setProblem(toMessage(error));
    } finally {
      setBusy(false);
    }
  };
  const follow = async () => {
    const target = uri();
    if (target === undefined) return;
    try {
      await (isFollowed() ? api.mcp.unsubscribe(id(), target) : api.mcp.subscribe(id(), target));
    } catch (error) {
      toast.error(error);
    }
    await invalidate(queryKeys.mcpAbout(id()));
  };
  onCleanup(
    mcpWS.on("resource:updated", ({ serverId, uri: updated }) => {
      if (serverId === id() && updated === uri() && shown()) void read(texts.updatedAt);
    }),
  );
  const others = (name: string) => {
    const { [name]: _own, ...rest } = values;
    return Object.keys(rest).length === 0 ? undefined : JSON.stringify(rest);
  };
  const complete = async (name: string, value: string, signal: AbortSignal) => {
    const input = { uriTemplate: template()?.uriTemplate ?? "", argument: name, value, context: others(name) };
    return (await api.mcp.complete(id(), input, signal)).values;
  };

  return (
    <form
      class="tool-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void read(texts.readAt);
      }}
    >
      <div class="tool-head">
        <h3>{visibleName(props.entry.title ?? props.entry.name)}</h3>
      </div>
      <Show when={props.entry.description}>
        <p class="tool-description">{props.entry.description}</p>
      </Show>
      <Show when={(template() ?? resource())?.problem}>{(text) => <Callout tone="warn">{text()}</Callout>}</Show>
      <Facts
        rows={[
          [template() ? texts.template : texts.address, <code>{visibleName(props.entry.key)}</code>],
          [texts.type, visibleName((template() ?? resource())?.mimeType ?? "–")],
          ...(resource()?.size === undefined
            ? []
            : [[texts.size, formatBytes(resource()?.size ?? 0)] as [string, string]]),
        ]}
      />
      <Show when={session.may("mcp:control")} fallback={<p class="faint">{offerMessages.viewOnly}</p>}>
        <Show when={template()}>
          {(pattern) => (
            <For each={pattern().variables}>
              {(name) => (
                <ArgumentField
                  label={name}
                  value={values[name] ?? ""}
                  onInput={(value) => setValues(name, value)}
                  complete={(value, signal) => complete(name, value, signal)}
                />
              )}
            </For>
          )}
        </Show>
        <div class="row">
          <Button variant="primary" type="submit" busy={busy()}>
            {shown() ? texts.readAgain : texts.read}
          </Button>
          <Show when={canFollow() && uri() !== undefined}>
            <Button onClick={() => void follow()}>{isFollowed() ? texts.unfollow : texts.follow}</Button>
          </Show>
        </div>
        <Show when={isFollowed()}>
          <p class="faint">{texts.followed}</p>
        </Show>
      </Show>
      <Show when={problem()}>{(text) => <Callout tone="bad">{text()}</Callout>}</Show>
      <Show when={shown()}>
        {(content) => (
          <section class="tool-result" aria-label={texts.content}>
            <p class="count">{content().note}</p>
            <ResultParts parts={content().parts} />
          </section>
        )}
      </Show>
    </form>
  );
}
