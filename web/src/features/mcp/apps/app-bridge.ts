import type { McpTool } from "../../../../../shared/protocol/mcp.ts";
import type { McpAppDomains } from "../../../../../shared/protocol/mcp-app.ts";
import { APPS_REVISION } from "../../../../../shared/protocol/mcp-app-limits.ts";
import {
  AppMessageError,
  type AppRequest,
  codes,
  createRate,
  isObject,
  MAX_CALLS,
  MAX_TEXT,
  readAppMessage,
  readLink,
} from "./app-messages.ts";
import { appMessages as texts } from "./messages.ts";

type Json = Record<string, unknown>;

/** Requests of an app that run or wait for a person. */
const MAX_OPEN = 20;
const MAX_WAITING = 5;
/** Longest wait for the response of an app that is being closed, in milliseconds. */
const TEARDOWN_MS = 500;

/** What an app asks a person for. */
export type AppQuestion = { kind: "link"; url: string } | { kind: "tool"; name: string; arguments: Json };

export interface AppBridgeOptions {
  /** Sends a message to the frame. */
  post(message: Json): void;
  /** The tools of the server. */
  tools(): readonly McpTool[];
  callTool(name: string, args: Json, signal: AbortSignal): Promise<unknown>;
  readResource(uri: string): Promise<unknown>;
  /** Resolves with whether the person agreed. */
  ask(question: AppQuestion): Promise<boolean>;
  toMessage(error: unknown): string;
  /** A line for the list of what the app did. */
  onLine(line: string): void;
  onSize(size: { height: unknown }): void;
  /** The app sent too much. */
  onFlood(): void;
  /** The call that the app shows. */
  call: { tool: McpTool; arguments: Json; result: unknown };
  domains: McpAppDomains;
  context(): Json;
  now?: () => number;
}

export interface AppBridge {
  /** Takes the data of a message event of the frame. */
  receive(data: unknown): void;
  /** Tells the app that its surroundings have changed, once it is ready. */
  contextChanged(changed: Json): void;
  /** Tells the app that it ends, and waits a moment for its answer. */
  teardown(): Promise<void>;
  /** Ends everything that the app began. */
  close(): void;
}

/**
 * The side of the page in the protocol of MCP Apps. An app may call tools that its server marks as read-only and visible
 * to apps; for other tools that apps may call, and for links, a person is asked.
 */
export function createAppBridge(options: AppBridgeOptions): AppBridge {
  const { post, call } = options;
  const mayReceive = createRate(options.now);
  const mayCall = createRate(options.now, { most: MAX_CALLS, withinMs: 60_000 });
  const ended = new AbortController();
  let open = 0;
  let waiting = 0;
  let isReady = false;
  let onTeardown: (() => void) | undefined;
  const TEARDOWN = "ai-desktop-teardown";

  const send = (message: Json) => {
    // A copy: the proxies of the page's stores cannot be posted.
    if (!ended.signal.aborted) post(JSON.parse(JSON.stringify({ jsonrpc: "2.0", ...message })));
  };
  const notify = (method: string, params: Json) => send({ method, params });

  const line = (text: string) => options.onLine(text.slice(0, MAX_TEXT));

  const ask = async (question: AppQuestion) => {
    if (waiting >= MAX_WAITING) throw new AppMessageError(codes.refused, texts.errors.tooManyQuestions);
    waiting++;
    try {
      if (!(await options.ask(question))) throw new AppMessageError(codes.refused, texts.errors.refused);
    } finally {
      waiting--;
    }
  };

  const checkCalls = () => {
    if (!mayCall()) throw new AppMessageError(codes.refused, texts.errors.tooManyCalls);
  };

  const callTool = async ({ name, arguments: given }: Json): Promise<unknown> => {
    const tool = options.tools().find((one) => one.name === name);
    if (!tool || (given !== undefined && !isObject(given))) {
      throw new AppMessageError(codes.invalidParams, texts.errors.noSuchTool);
    }
    const visibility = tool.app?.visibility ?? null;
    if (visibility !== null && !visibility.includes("app")) {
      throw new AppMessageError(codes.refused, texts.errors.notForApps);
    }
    const free = visibility?.includes("app") === true && tool.annotations?.readOnlyHint === true;
    if (!free) await ask({ kind: "tool", name: tool.name, arguments: given ?? {} });
    checkCalls();
    line(texts.called(tool.name));
    return options.callTool(tool.name, given ?? {}, ended.signal);
  };

  const answer = async ({ method, params }: AppRequest): Promise<unknown> => {
    switch (method) {
      case "ping":
        return {};
      case "ui/initialize":
        return {
          protocolVersion: APPS_REVISION,
          hostInfo: { name: "AI Desktop", version: "1" },
          hostCapabilities: {
            openLinks: {},
            serverTools: {},
            serverResources: {},
            logging: {},
            sandbox: { permissions: {}, csp: options.domains },
          },
          hostContext: { ...options.context(), toolInfo: { tool: toolOf(call.tool) } },
        };
      case "tools/call":
        return callTool(params);
      case "resources/read": {
        const { uri } = params;
        if (typeof uri !== "string" || uri === "" || uri.length > 4_096) {
          throw new AppMessageError(codes.invalidParams, texts.errors.noUri);
        }
        checkCalls();
        line(texts.read(uri));
        return options.readResource(uri);
      }
      case "ui/open-link": {
        const url = readLink(params.url);
        if (url === undefined) throw new AppMessageError(codes.invalidParams, texts.errors.invalidLink);
        await ask({ kind: "link", url });
        return {};
      }
      case "ui/message":
        line(texts.said(textOf(params.content)));
        return {};
      case "ui/update-model-context":
        line(texts.context(JSON.stringify(params.structuredContent ?? params.content ?? null)));
        return {};
      case "ui/request-display-mode":
        return { mode: "inline" };
      default:
        throw new AppMessageError(codes.noMethod, texts.errors.noMethod);
    }
  };

  const respond = async (request: AppRequest) => {
    const { id } = request;
    if (open >= MAX_OPEN) {
      return send({ id, error: { code: codes.refused, message: texts.errors.tooManyRequests } });
    }
    open++;
    try {
      send({ id, result: await answer(request) });
    } catch (error) {
      const code = error instanceof AppMessageError ? error.code : codes.refused;
      send({
        id,
        error: { code, message: error instanceof AppMessageError ? error.message : options.toMessage(error) },
      });
    } finally {
      open--;
    }
  };

  const hear = (method: string, params: Json) => {
    if (method === "ui/notifications/initialized" && !isReady) {
      isReady = true;
      notify("ui/notifications/tool-input", { arguments: call.arguments });
      notify("ui/notifications/tool-result", isObject(call.result) ? call.result : { content: [] });
    } else if (method === "ui/notifications/size-changed") options.onSize({ height: params.height });
    else if (method === "notifications/message") {
      line(texts.logged(textOf(params.level ?? ""), textOf(params.data)));
    }
  };

  return {
    receive(data) {
      if (ended.signal.aborted) return;
      if (!mayReceive()) {
        ended.abort();
        options.onFlood();
        return;
      }
      const message = readAppMessage(data);
      if (message?.kind === "request") void respond(message);
      else if (message?.kind === "notification") hear(message.method, message.params);
      else if (message?.id === TEARDOWN) onTeardown?.();
    },
    contextChanged(changed) {
      if (isReady) notify("ui/notifications/host-context-changed", changed);
    },
    async teardown() {
      if (!isReady || ended.signal.aborted) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, TEARDOWN_MS);
        onTeardown = () => {
          clearTimeout(timer);
          resolve();
        };
        send({ id: TEARDOWN, method: "ui/resource-teardown", params: { reason: texts.closed } });
      });
    },
    close: () => ended.abort(),
  };
}

const toolOf = ({ name, title, description, inputSchema, outputSchema, annotations }: McpTool): Json => ({
  name,
  title,
  description,
  inputSchema,
  outputSchema,
  annotations,
});

/** The text of a message: of one part, of several, or JSON. */
function textOf(content: unknown): string {
  const parts = (Array.isArray(content) ? content : [content]).map((part: unknown) =>
    typeof part === "string"
      ? part
      : isObject(part) && typeof part.text === "string"
        ? part.text
        : JSON.stringify(part),
  );
  return parts.join("\n").slice(0, MAX_TEXT);
}
