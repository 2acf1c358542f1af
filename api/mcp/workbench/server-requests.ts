import { randomUUID } from "node:crypto";
import type { z } from "zod";
import type { answerMcpRequest, McpServerRequest } from "../../../shared/protocol/mcp-workbench.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { PeerRequest } from "../connection/peer.ts";
import { messages } from "../messages.ts";

/** Longest wait for a person. */
export const ANSWER_MS = 300_000;
/** Requests of one server that wait; further ones are refused. */
const MAX_WAITING = 20;
/** Characters of the parameters of a request; a larger one is refused. */
const MAX_PARAMS = 1_000_000;
/** Codes of the protocol and of JSON-RPC for a refusal. */
const REJECTED = -1;
const INVALID_PARAMS = -32_602;
const INTERNAL = -32_603;

export type RequestAnswer = z.output<typeof answerMcpRequest>;
type Json = Record<string, unknown>;

/** Answers a request of a server in place of a person; undefined leaves it to the person. */
export type RequestHandler = (request: PeerRequest, signal: AbortSignal) => Promise<Json> | undefined;

/** Requests of one server that wait for a person. */
export interface ServerRequests {
  list(): McpServerRequest[];
  ask(request: PeerRequest, signal: AbortSignal): Promise<Json>;
  /** @throws AppError `not_found`, `invalid_input` */
  answer(id: string, answer: RequestAnswer): void;
  /** Lets `handler` see each request first; the handler added last is asked first. Returns what removes it. */
  divert(handler: RequestHandler): () => void;
  /** Refuses everything that waits. */
  end(): void;
}

/** An error that the client of the protocol sends with its code. */
const refusal = (code: number, message: string) => Object.assign(new Error(message), { code });

export function createServerRequests(onChange: (pending: number) => void, limitMs = ANSWER_MS): ServerRequests {
  const waiting = new Map<string, { request: McpServerRequest; settle(answer: RequestAnswer | "expired"): void }>();
  const handlers: RequestHandler[] = [];

  const ask = ({ method, params }: PeerRequest, signal: AbortSignal): Promise<Json> => {
    if (waiting.size >= MAX_WAITING) throw refusal(INTERNAL, messages.tooManyRequests);
    if (JSON.stringify(params).length > MAX_PARAMS) throw refusal(INVALID_PARAMS, messages.requestTooLarge);
    const id = randomUUID();
    const now = Date.now();
    const request: McpServerRequest = {
      id,
      method,
      params,
      receivedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + limitMs).toISOString(),
    };
    return new Promise((resolve, reject) => {
      const settle = (answer: RequestAnswer | "expired") => {
        clearTimeout(timer);
        signal.removeEventListener("abort", expire);
        waiting.delete(id);
        onChange(waiting.size);
        if (answer !== "expired" && answer.action === "answer") return resolve(answer.result);
        if (method === "elicitation/create") {
          return resolve({ action: answer === "expired" ? "cancel" : "decline" });
        }
        reject(refusal(REJECTED, answer === "expired" ? messages.nobodyAnswered : messages.userRefused));
      };
      const expire = () => settle("expired");
      const timer = setTimeout(expire, limitMs);
      signal.addEventListener("abort", expire, { once: true });
      waiting.set(id, { request, settle });
      onChange(waiting.size);
    });
  };

  return {
    list: () => [...waiting.values()].map(({ request }) => request),
    async ask(request, signal) {
      for (const handler of handlers.toReversed()) {
        const answered = handler(request, signal);
        if (answered) return answered;
      }
      return ask(request, signal);
    },
    answer(id, answer) {
      const entry = waiting.get(id);
      if (!entry) throw new AppError("not_found", messages.noSuchRequest);
      const problem = answer.action === "answer" ? problemOf(entry.request.method, answer.result) : undefined;
      if (problem) throw new AppError("invalid_input", problem);
      entry.settle(answer);
    },
    divert(handler) {
      handlers.push(handler);
      return () => {
        const at = handlers.indexOf(handler);
        if (at >= 0) handlers.splice(at, 1);
      };
    },
    end() {
      for (const { settle } of [...waiting.values()]) settle("expired");
    },
  };
}

/** The client of the protocol would refuse such a result, and the server would get an error for it. */
function problemOf(method: McpServerRequest["method"], result: Json): string | undefined {
  if (method === "elicitation/create") {
    const { action, content } = result;
    if (action !== "accept" && action !== "decline" && action !== "cancel") return messages.elicitationAction;
    if (content !== undefined && (typeof content !== "object" || content === null || Array.isArray(content))) {
      return messages.elicitationContent;
    }
    return undefined;
  }
  const { role, content, model } = result;
  const complete = (role === "user" || role === "assistant") && typeof content === "object" && content !== null;
  return complete && typeof model === "string" ? undefined : messages.samplingResult;
}
