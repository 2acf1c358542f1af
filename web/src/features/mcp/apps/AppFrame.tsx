import { createEffect, createSignal, For, on, onCleanup, onMount, Show } from "solid-js";
import type { McpTool } from "../../../../../shared/protocol/mcp.ts";
import type { McpAppView } from "../../../../../shared/protocol/mcp-app.ts";
import { answer, part, routes } from "../../../lib/api/request.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { theme } from "../../../lib/theme.ts";
import { apiUrl } from "../../../lib/urls.ts";
import { Button, Callout, Skeleton } from "../../../ui/index.ts";
import { type AppBridge, type AppQuestion, createAppBridge } from "./app-bridge.ts";
import { heights, nextHeight } from "./app-messages.ts";
import { appMessages as texts } from "./messages.ts";

const MAX_LINES = 100;
/** How long a question is shown before it can be agreed to: a click that was meant for the app must not answer it. */
const READ_MS = 700;
/** Questions that are open. Meanwhile no frame changes its height: it would move the buttons to the pointer. */
const [asking, setAsking] = createSignal(0);

export interface AppFrameProps {
  serverId: string;
  tool: McpTool;
  arguments: Record<string, unknown>;
  result: unknown;
  tools: readonly McpTool[];
  /** Called once it runs, with what tells it that it ends. */
  onRunning?: (teardown: () => Promise<void>) => void;
}

const openApp = async (serverId: string, uri: string): Promise<McpAppView> =>
  (await answer(routes().mcp[":id"].apps.$post({ param: { id: part(serverId) }, json: { uri } }))).view;

/** The app that shows the result of a tool. One that exchanges data with other addresses runs after a click. */
export default function AppFrame(props: AppFrameProps) {
  const [view, setView] = createSignal<McpAppView | null>(null);
  const [problem, setProblem] = createSignal<string | null>(null);
  const [runs, setRuns] = createSignal(false);
  const open = async () => {
    setView(null);
    setProblem(null);
    setRuns(false);
    try {
      const opened = await openApp(props.serverId, props.tool.app?.resourceUri ?? "");
      setView(opened);
      setRuns(Object.values(opened.domains).every((list) => list.every((one) => !one.includes("//"))));
    } catch (error) {
      setProblem(toMessage(error));
    }
  };
  onMount(() => void open());
  const domains = () => [...new Set(Object.values(view()?.domains ?? {}).flat())].filter((one) => one.includes("//"));
  return (
    <section class="mcp-app" aria-label={texts.frame(visibleName(props.tool.title ?? props.tool.name))}>
      <Show when={problem()}>
        {(text) => (
          <Callout tone="bad">
            {text()}{" "}
            <Button size="sm" onClick={() => void open()}>
              {texts.reload}
            </Button>
          </Callout>
        )}
      </Show>
      <Show when={view()} fallback={<Show when={problem() === null}>{<Skeleton lines={4} />}</Show>} keyed>
        {(opened) => (
          <>
            <p class="faint">{texts.notice}</p>
            <Show when={domains().length > 0}>
              <p>{texts.reaches}</p>
              <Addresses list={domains()} />
            </Show>
            <Show when={opened.refused.length > 0}>
              <p class="faint">{texts.refusedDomains}</p>
              <Addresses list={opened.refused} />
            </Show>
            <Show when={opened.permissions.length > 0}>
              <p class="faint">{texts.permissions(opened.permissions.join(", "))}</p>
            </Show>
            <Show
              when={runs()}
              fallback={
                <div>
                  <Button variant="primary" onClick={() => setRuns(true)}>
                    {texts.run}
                  </Button>
                </div>
              }
            >
              <Running
                {...props}
                view={opened}
                onFlood={() => {
                  setView(null);
                  setProblem(texts.flooded);
                }}
              />
            </Show>
          </>
        )}
      </Show>
    </section>
  );
}

function Addresses(props: { list: readonly string[] }) {
  return (
    <ul class="mcp-app-addresses">
      <For each={props.list}>
        {(address) => (
          <li>
            <code>{visibleName(address)}</code>
          </li>
        )}
      </For>
    </ul>
  );
}

function Running(props: AppFrameProps & { view: McpAppView; onFlood: () => void }) {
  let frame: HTMLIFrameElement | undefined;
  const [height, setHeight] = createSignal<number>(heights.initial);
  const [reported, setReported] = createSignal<unknown>();
  const [lines, setLines] = createSignal<readonly string[]>([]);
  const [questions, setQuestions] = createSignal<readonly { question: AppQuestion; settle: (yes: boolean) => void }[]>(
    [],
  );
  const domains = props.view.domains;
  const surroundings = () => ({
    theme: theme.resolved(),
    displayMode: "inline",
    availableDisplayModes: ["inline"],
    containerDimensions: { width: frame?.clientWidth ?? 0, maxHeight: heights.max },
    locale: navigator.language,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    userAgent: "AI Desktop",
    platform: "web",
  });
  const ask = (question: AppQuestion) =>
    new Promise<boolean>((resolve) => {
      const entry = {
        question,
        settle(yes: boolean) {
          if (!questions().includes(entry)) return;
          setAsking((count) => count - 1);
          setQuestions((all) => all.filter((one) => one !== entry));
          resolve(yes);
        },
      };
      setAsking((count) => count + 1);
      setQuestions((all) => [...all, entry]);
    });
  const bridge: AppBridge = createAppBridge({
    // The sandbox gives the frame an opaque origin, which cannot be named.
    post: (message) => frame?.contentWindow?.postMessage(message, "*"),
    tools: () => props.tools,
    callTool: (name, args, signal) => api.mcp.callTool(props.serverId, name, args, signal),
    readResource: async (uri) => (await api.mcp.readResource(props.serverId, { uri })).result,
    ask,
    toMessage,
    onLine: (line) => setLines((all) => [...all, line].slice(-MAX_LINES)),
    onSize: ({ height: wanted }) => setReported(() => wanted),
    onFlood: props.onFlood,
    call: { tool: props.tool, arguments: props.arguments, result: props.result },
    domains,
    context: surroundings,
  });
  const receive = (event: MessageEvent) => {
    if (frame?.contentWindow && event.source === frame.contentWindow && event.origin === "null")
      bridge.receive(event.data);
  };
  window.addEventListener("message", receive);
  createEffect(() => {
    const wanted = reported();
    if (asking() === 0) setHeight((now) => nextHeight(now, wanted));
  });
  createEffect(on(theme.resolved, (resolved) => bridge.contextChanged({ theme: resolved }), { defer: true }));
  props.onRunning?.(bridge.teardown);
  onMount(() => {
    // Only now: the first message must find its listener.
    if (frame) frame.src = `${apiUrl()}${props.view.path}`;
  });
  onCleanup(() => {
    bridge.close();
    window.removeEventListener("message", receive);
    for (const { settle } of questions()) settle(false);
  });
  return (
    <>
      <iframe
        ref={frame}
        class="mcp-app-frame"
        title={texts.frame(visibleName(props.tool.title ?? props.tool.name))}
        sandbox="allow-scripts allow-forms"
        referrerpolicy="no-referrer"
        allow=""
        style={{ height: `${height()}px` }}
      />
      <Show when={questions()[0]} keyed>
        {({ question, settle }) => <Question question={question} onSettle={settle} />}
      </Show>
      <Show when={lines().length > 0}>
        <details open>
          <summary>{texts.doings}</summary>
          <ol class="mcp-app-lines" aria-label={texts.doings}>
            <For each={lines()}>{(line) => <li>{visibleName(line)}</li>}</For>
          </ol>
        </details>
      </Show>
    </>
  );
}

const shownArguments = (given: Record<string, unknown>): string =>
  JSON.stringify(given, null, 2).slice(0, 20_000).split("\n").map(visibleName).join("\n");

/** Outside of the frame, so that the app can neither cover nor click it. */
function Question(props: { question: AppQuestion; onSettle: (yes: boolean) => void }) {
  const link = () => (props.question.kind === "link" ? props.question.url : undefined);
  const call = () => (props.question.kind === "tool" ? props.question : undefined);
  const [ready, setReady] = createSignal(false);
  const timer = setTimeout(() => setReady(true), READ_MS);
  onCleanup(() => clearTimeout(timer));
  return (
    <Callout tone="warn">
      <div class="mcp-app-question">
        <Show when={call()}>
          {(asked) => (
            <>
              <p>{texts.askTool(visibleName(asked().name))}</p>
              <pre class="call-arguments">{shownArguments(asked().arguments)}</pre>
            </>
          )}
        </Show>
        <Show when={link()}>
          {(url) => (
            <>
              <p>{texts.askLink}</p>
              <code class="server-url">{visibleName(url())}</code>
            </>
          )}
        </Show>
        <div class="row">
          <Show
            when={ready() && link()}
            fallback={
              <Button disabled={!ready()} onClick={() => props.onSettle(true)}>
                {link() === undefined ? texts.allow : texts.open}
              </Button>
            }
          >
            {(url) => (
              <a
                class="button button-secondary"
                href={url()}
                target="_blank"
                rel="noopener noreferrer"
                onClick={() => setTimeout(() => props.onSettle(true))}
              >
                {texts.open}
              </a>
            )}
          </Show>
          <Button onClick={() => props.onSettle(false)}>{texts.refuse}</Button>
        </div>
      </div>
    </Callout>
  );
}
