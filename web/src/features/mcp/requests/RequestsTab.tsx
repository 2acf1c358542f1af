import Inbox from "lucide-solid/icons/inbox";
import { createMemo, createSignal, For, Match, onCleanup, Show, Switch, untrack } from "solid-js";
import { createStore } from "solid-js/store";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import type { McpServerRequest } from "../../../../../shared/protocol/mcp-workbench.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { formatTime } from "../../../lib/format.ts";
import { useLive } from "../../../lib/live-context.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { Button, Callout, EmptyState, ErrorState, Skeleton, TextField } from "../../../ui/index.ts";
import { ToolFields } from "../tools/ToolForm.tsx";
import { ResultParts } from "../tools/ToolResultView.tsx";
import { type FormErrors, type FormValues, initialValues, toArguments } from "../tools/tool-arguments.ts";
import { toParts } from "../tools/tool-result.ts";
import { toForm } from "../tools/tool-schema.ts";
import { requestMessages as texts } from "./messages.ts";

/** Requests of a server that wait for a person, oldest first. */
export default function RequestsTab(props: { server: McpServer }) {
  const invalidate = useInvalidate();
  const { mcpWS } = useLive();
  const id = () => props.server.id;
  const query = useQuery(() => ({ queryKey: queryKeys.mcpRequests(id()), queryFn: () => api.mcp.requests(id()) }));
  const refresh = () => void invalidate(queryKeys.mcpRequests(id()));
  onCleanup(mcpWS.on("requests:changed", ({ serverId }) => serverId === id() && refresh()));
  const ids = createMemo(() => query.data?.map((request) => request.id) ?? []);
  const requestOf = (request: string) => query.data?.find((one) => one.id === request);
  return (
    <div class="detail-scroll">
      <Switch fallback={<Skeleton lines={4} />}>
        <Match when={query.error && !query.data}>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Match>
        <Match when={query.data?.length === 0}>
          <EmptyState icon={<Inbox size={18} />} title={texts.none}>
            {texts.noneHint}
          </EmptyState>
        </Match>
        <Match when={query.data}>
          <ol class="server-requests" aria-label={texts.title}>
            <For each={ids()}>
              {(request) => (
                <Show when={requestOf(request)}>
                  {(one) => <Request serverId={id()} request={one()} onDone={refresh} />}
                </Show>
              )}
            </For>
          </ol>
        </Match>
      </Switch>
    </div>
  );
}

interface RequestProps {
  serverId: string;
  request: McpServerRequest;
  onDone: () => void;
}

function Request(props: RequestProps) {
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const send = async (answer: Parameters<typeof api.mcp.answerRequest>[2]) => {
    if (busy()) return;
    setBusy(true);
    setProblem(null);
    try {
      await api.mcp.answerRequest(props.serverId, props.request.id, answer);
    } catch (error) {
      setProblem(toMessage(error));
    }
    setBusy(false);
    props.onDone();
  };
  const isUrl = () => props.request.params.mode === "url";
  return (
    <li class="call server-request">
      <header class="row call-head">
        <b class="grow">{props.request.method === "elicitation/create" ? texts.elicitation : texts.sampling}</b>
        <span class="count">{texts.until(formatTime(props.request.expiresAt))}</span>
      </header>
      <div class="call-body">
        <Show when={problem()}>{(text) => <Callout tone="bad">{text()}</Callout>}</Show>
        <Switch fallback={<Sampling {...props} busy={busy()} send={send} />}>
          <Match when={isUrl()}>
            <UrlElicitation {...props} busy={busy()} send={send} />
          </Match>
          <Match when={props.request.method === "elicitation/create"}>
            <Elicitation {...props} busy={busy()} send={send} />
          </Match>
        </Switch>
      </div>
    </li>
  );
}

interface AnswerProps extends RequestProps {
  busy: boolean;
  send: (answer: { action: "answer"; result: Record<string, unknown> } | { action: "refuse" }) => Promise<void>;
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

function RefuseButton(props: { busy: boolean; onRefuse: () => void }) {
  return (
    <Button disabled={props.busy} onClick={props.onRefuse}>
      {texts.refuse}
    </Button>
  );
}

/** The server asks for values of a schema. */
function Elicitation(props: AnswerProps) {
  const schema = () => props.request.params.requestedSchema as Record<string, unknown> | undefined;
  /** Kept while the list of requests is read again: new fields would take the focus from what is typed. */
  const form = untrack(() => toForm(schema() ?? {}) ?? []);
  const [values, setValues] = createStore<FormValues>(initialValues(form));
  const [errors, setErrors] = createSignal<FormErrors>({});
  const submit = (event: Event) => {
    event.preventDefault();
    const collected = toArguments(form, values);
    setErrors(collected.errors);
    if (Object.keys(collected.errors).length > 0) return;
    void props.send({ action: "answer", result: { action: "accept", content: collected.arguments } });
  };
  return (
    <form class="tool-form" noValidate onSubmit={submit}>
      <p class="tool-description">{textOf(props.request.params.message)}</p>
      <Callout tone="warn">{texts.noSecrets}</Callout>
      <ToolFields
        fields={form}
        values={values}
        errors={errors()}
        onChange={(key, value) => {
          setValues(key, value);
          if (Object.keys(errors()).length > 0) setErrors(toArguments(form, values).errors);
        }}
      />
      <div class="row">
        <Button variant="primary" type="submit" busy={props.busy}>
          {texts.answer}
        </Button>
        <RefuseButton busy={props.busy} onRefuse={() => void props.send({ action: "refuse" })} />
        <Button
          variant="ghost"
          disabled={props.busy}
          onClick={() => void props.send({ action: "answer", result: { action: "cancel" } })}
        >
          {texts.dismiss}
        </Button>
      </div>
    </form>
  );
}

/** The server asks to open an address. It is opened by hand only, and shown in full before. */
function UrlElicitation(props: AnswerProps) {
  const url = () => textOf(props.request.params.url);
  const isWeb = () => URL.canParse(url()) && ["http:", "https:"].includes(new URL(url()).protocol);
  return (
    <div class="tool-form">
      <p class="tool-description">{textOf(props.request.params.message)}</p>
      <p>
        <code class="server-url">{url()}</code>
      </p>
      <Show when={isWeb()} fallback={<Callout tone="bad">{texts.notWeb}</Callout>}>
        <p class="faint">{texts.opensAt(new URL(url()).host)}</p>
      </Show>
      <div class="row">
        <Show when={isWeb()}>
          <a
            class="button button-primary"
            href={url()}
            target="_blank"
            rel="noopener noreferrer"
            onClick={() => void props.send({ action: "answer", result: { action: "accept" } })}
          >
            {texts.open}
          </a>
        </Show>
        <RefuseButton busy={props.busy} onRefuse={() => void props.send({ action: "refuse" })} />
      </div>
    </div>
  );
}

/** The server asks for a message as a language model would write it. */
function Sampling(props: AnswerProps) {
  const [text, setText] = createSignal("");
  const [model, setModel] = createSignal(texts.modelName);
  const params = () => props.request.params;
  const messages = () =>
    (Array.isArray(params().messages) ? (params().messages as unknown[]) : []).slice(0, 200).map((message) => {
      const { role, content } = (message ?? {}) as { role?: unknown; content?: unknown };
      return { role: textOf(role), parts: toParts(Array.isArray(content) ? content : [content]) };
    });
  const limits = () =>
    [
      typeof params().maxTokens === "number" ? texts.maxTokens(Number(params().maxTokens)) : "",
      typeof params().temperature === "number" ? texts.temperature(Number(params().temperature)) : "",
    ]
      .filter(Boolean)
      .join(" · ");
  const submit = (event: Event) => {
    event.preventDefault();
    const content = { type: "text", text: text() };
    void props.send({
      action: "answer",
      result: { role: "assistant", model: model() || texts.modelName, content, stopReason: "endTurn" },
    });
  };
  return (
    <form class="tool-form" noValidate onSubmit={submit}>
      <Show when={textOf(params().systemPrompt)}>{(prompt) => <p class="tool-description">{prompt()}</p>}</Show>
      <For each={messages()}>
        {(message) => (
          <div class="prompt-message">
            <b>{message.role}</b>
            <ResultParts parts={message.parts} />
          </div>
        )}
      </For>
      <Show when={limits()}>
        <p class="faint">{limits()}</p>
      </Show>
      <TextField label={texts.reply} rows={4} value={text()} onInput={setText} />
      <TextField label={texts.model} value={model()} onInput={setModel} />
      <div class="row">
        <Button variant="primary" type="submit" busy={props.busy} disabled={text() === ""}>
          {texts.answer}
        </Button>
        <RefuseButton busy={props.busy} onRefuse={() => void props.send({ action: "refuse" })} />
      </div>
    </form>
  );
}
