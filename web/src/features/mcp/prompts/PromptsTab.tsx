import MessageSquare from "lucide-solid/icons/message-square";
import { createMemo, createSignal, For, Match, Show, Switch } from "solid-js";
import { createStore } from "solid-js/store";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import type { McpPrompt } from "../../../../../shared/protocol/mcp-workbench.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { useLive } from "../../../lib/live-context.ts";
import { createTitle, joinTitle } from "../../../lib/page-title.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { createAddressName, createAddressText } from "../../../resource/address-value.ts";
import { Badge, Button, Callout, EmptyState, ErrorState, Skeleton } from "../../../ui/index.ts";
import { ArgumentField } from "../offers/ArgumentField.tsx";
import { offerMessages, promptMessages as texts } from "../offers/messages.ts";
import { OfferList } from "../offers/OfferList.tsx";
import { createOfferPages } from "../offers/offer-pages.ts";
import { RunningOnly } from "../offers/RunningOnly.tsx";
import { ResultParts } from "../tools/ToolResultView.tsx";
import { type PromptMessage, toMessages } from "../tools/tool-result.ts";

/** The prompts of a running server. */
export default function PromptsTab(props: { server: McpServer }) {
  return (
    <RunningOnly server={props.server}>
      <Prompts server={props.server} />
    </RunningOnly>
  );
}

function Prompts(props: { server: McpServer }) {
  const { mcpWS } = useLive();
  const id = () => props.server.id;
  const prompts = createOfferPages(
    (cursor) => api.mcp.prompts(id(), cursor),
    () => true,
    (reload) => mcpWS.on("prompts:changed", ({ serverId }) => serverId === id() && reload()),
  );
  const [filter, setFilter] = createAddressText("find-prompt");
  const [open, setOpen] = createAddressName("prompt");
  const entries = createMemo(() => (prompts.items() ?? []).map((prompt) => ({ ...prompt, key: prompt.name })));
  const current = createMemo(() => entries().find(({ key }) => key === open()) ?? entries()[0]);
  const currentKey = createMemo(() => current()?.key);
  createTitle(() => {
    const entry = open() === null ? undefined : current();
    return entry && joinTitle(visibleName(entry.title ?? entry.name), visibleName(props.server.name));
  });
  return (
    <Switch fallback={<Skeleton lines={6} />}>
      <Match when={prompts.error() && prompts.items() === undefined}>
        <ErrorState error={prompts.error()} onRetry={prompts.reload} />
      </Match>
      <Match when={prompts.items()?.length === 0}>
        <EmptyState icon={<MessageSquare size={18} />} title={texts.none} />
      </Match>
      <Match when={prompts.items()}>
        <OfferList
          label={texts.title}
          find={texts.find}
          items={entries()}
          current={currentKey()}
          onOpen={setOpen}
          filter={filter()}
          onFilter={setFilter}
          more={prompts.more()}
        >
          <Show when={currentKey()} keyed>
            {(_key) => (
              <Show when={current()}>{(prompt) => <PromptPane server={props.server} prompt={prompt()} />}</Show>
            )}
          </Show>
        </OfferList>
      </Match>
    </Switch>
  );
}

/** One prompt: its arguments, and its messages once they were asked for. */
function PromptPane(props: { server: McpServer; prompt: McpPrompt }) {
  const session = useSession();
  const id = () => props.server.id;
  const [values, setValues] = createStore<Record<string, string>>({});
  const [tried, setTried] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const [shown, setShown] = createSignal<PromptMessage[]>();
  const isMissing = (argument: { name: string; required: boolean }) => argument.required && !values[argument.name];

  const get = async () => {
    setTried(true);
    if (busy() || props.prompt.arguments.some(isMissing)) return;
    setBusy(true);
    setProblem(null);
    try {
      // An empty optional argument is left out, as a server may refuse an empty text.
      const args = Object.fromEntries(Object.entries({ ...values }).filter(([, value]) => value !== ""));
      setShown(toMessages(await api.mcp.getPrompt(id(), props.prompt.name, args)));
    } catch (error) {
      setProblem(toMessage(error));
    } finally {
      setBusy(false);
    }
  };
  const complete = async (argument: string, value: string, signal: AbortSignal) => {
    const { [argument]: _own, ...others } = values;
    const context = Object.keys(others).length === 0 ? undefined : JSON.stringify(others);
    return (await api.mcp.complete(id(), { prompt: props.prompt.name, argument, value, context }, signal)).values;
  };

  return (
    <form
      class="tool-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void get();
      }}
    >
      <div class="tool-head">
        <h3>{visibleName(props.prompt.title ?? props.prompt.name)}</h3>
      </div>
      <Show when={props.prompt.description}>
        <p class="tool-description">{props.prompt.description}</p>
      </Show>
      <Show when={props.prompt.problem}>{(text) => <Callout tone="warn">{text()}</Callout>}</Show>
      <Show when={session.may("mcp:control")} fallback={<p class="faint">{offerMessages.viewOnly}</p>}>
        <For each={props.prompt.arguments} fallback={<p class="faint">{texts.noArguments}</p>}>
          {(argument) => (
            <ArgumentField
              label={`${argument.title ?? argument.name}${argument.required ? " *" : ""}`}
              hint={argument.description}
              error={tried() && isMissing(argument) ? texts.required : null}
              value={values[argument.name] ?? ""}
              onInput={(value) => setValues(argument.name, value)}
              complete={(value, signal) => complete(argument.name, value, signal)}
            />
          )}
        </For>
        <div>
          <Button variant="primary" type="submit" busy={busy()}>
            {texts.get}
          </Button>
        </div>
      </Show>
      <Show when={problem()}>{(text) => <Callout tone="bad">{text()}</Callout>}</Show>
      <Show when={shown()}>
        {(messages) => (
          <section class="tool-result" aria-label={texts.messages}>
            <For each={messages()} fallback={<p class="faint">{texts.empty}</p>}>
              {(message) => (
                <div class="prompt-message">
                  <Badge tone={message.role === "assistant" ? "info" : "neutral"}>{visibleName(message.role)}</Badge>
                  <ResultParts parts={message.parts} />
                </div>
              )}
            </For>
          </section>
        )}
      </Show>
    </form>
  );
}
