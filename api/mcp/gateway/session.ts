import { toSingleLine } from "../../../shared/logs/single-line.ts";
import { isObject, type Json } from "../json.ts";
import { errorCodes, type Message, type RequestId, RpcError } from "./json-rpc.ts";
import { messages } from "./messages.ts";
import { createOutbox, type Outbox } from "./outbox.ts";

/** Requests of one session that run at once, and questions to its client that wait for an answer. */
const MAX_RUNNING = 64;
const MAX_QUESTIONS = 16;
/** Longest wait for a person who answers for the client, in milliseconds. */
const QUESTION_MS = 10 * 60_000;

const logLevels: readonly unknown[] = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

/** One request of a client that runs: where messages about it go. */
export interface Exchange {
  readonly id: RequestId;
  readonly signal: AbortSignal;
  /** Sends a message that belongs to the request, before its response. False when nobody would get it. */
  send(message: object): boolean;
}

/** A request that runs, and what ends it. */
export interface StartedRequest {
  exchange: Exchange;
  abort: AbortController;
}

export interface SessionOwner {
  keyId: string;
  keyName: string;
}

interface Question {
  resolve(result: Json): void;
  reject(error: RpcError): void;
}

/** A client between `initialize` and its end: what it can do, what it asked for, and what runs for it. */
export class Session {
  readonly id: string;
  readonly owner: SessionOwner;
  readonly revision: string;
  /** Name and version that the program gives itself, in one line. */
  readonly client: string;
  readonly capabilities: Json;
  /** Subscribed resources: the address that the client knows, by server and own address. */
  readonly subscriptions = new Map<string, string>();
  readonly running = new Set<StartedRequest>();
  lastUsed = performance.now();
  ended = false;
  #level = 0;
  #outbox: Outbox | undefined;
  #questions = new Map<string, Question>();
  #asked = 0;

  constructor(id: string, owner: SessionOwner, revision: string, params: Json) {
    this.id = id;
    this.owner = owner;
    this.revision = revision;
    this.capabilities = isObject(params.capabilities) ? params.capabilities : {};
    const { name = "unknown", version = "" } = isObject(params.clientInfo) ? params.clientInfo : {};
    this.client = `${toSingleLine(name, 60)} ${toSingleLine(version, 40)}`.trim();
  }

  /** Opens the stream of messages that belong to no request. A new one replaces the old, which may be dead unnoticed. */
  listen(): ReadableStream<Uint8Array> {
    this.#outbox?.cut();
    const outbox = createOutbox(() => {
      if (this.#outbox === outbox) this.#outbox = undefined;
    });
    this.#outbox = outbox;
    return outbox.stream;
  }

  get listening(): boolean {
    return this.#outbox !== undefined;
  }

  /** Sends a message that belongs to no request. It is dropped when the client does not listen. */
  notify(method: string, params?: Json): boolean {
    return this.#outbox?.send({ jsonrpc: "2.0", method, ...(params === undefined ? {} : { params }) }) ?? false;
  }

  /**
   * Two may have the same id: some clients send each request with the same one, and each gets its response over its own
   * connection.
   *
   * @throws RpcError when too many run
   */
  start(id: RequestId, send: Exchange["send"]): StartedRequest {
    if (this.running.size >= MAX_RUNNING) throw new RpcError(errorCodes.refused, messages.busy);
    const abort = new AbortController();
    const started = { exchange: { id, signal: abort.signal, send }, abort };
    this.running.add(started);
    return started;
  }

  setLevel(level: unknown): void {
    const index = logLevels.indexOf(level);
    if (index < 0) throw new RpcError(errorCodes.invalidParams, messages.badParams("unknown level"));
    this.#level = index;
  }

  wantsLevel(level: unknown): boolean {
    const index = logLevels.indexOf(level);
    return index < 0 || index >= this.#level;
  }

  /** Whether the client said that it answers requests of this method. */
  answers(method: string): boolean {
    if (method === "sampling/createMessage") return this.capabilities.sampling !== undefined;
    if (method === "elicitation/create") return this.capabilities.elicitation !== undefined;
    return false;
  }

  /**
   * Asks the client something on behalf of a server.
   *
   * @param exchange the call that the question belongs to
   * @throws RpcError as the client answered, or when it does not
   */
  async ask(method: string, params: Json | undefined, exchange: Exchange, signal: AbortSignal): Promise<Json> {
    if (!this.answers(method)) throw new RpcError(errorCodes.methodNotFound, messages.noSuchMethod(method));
    if (this.#questions.size >= MAX_QUESTIONS) throw new RpcError(errorCodes.refused, messages.busy);
    // Not a number that counts from zero: ids of the client are of another kind, but simple clients mix them up.
    const id = `gateway-${++this.#asked}`;
    const request = { jsonrpc: "2.0", id, method, params };
    return new Promise<Json>((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", cancel);
        this.#questions.delete(id);
      };
      const fail = (error: RpcError) => {
        end();
        reject(error);
      };
      const cancel = () => {
        const params = { requestId: id, reason: "cancelled by the server" };
        const notice = { jsonrpc: "2.0", method: "notifications/cancelled", params };
        if (!exchange.send(notice)) this.#outbox?.send(notice);
        fail(new RpcError(errorCodes.refused, messages.ended));
      };
      const timer = setTimeout(() => fail(new RpcError(errorCodes.timedOut, messages.noAnswer)), QUESTION_MS);
      timer.unref();
      this.#questions.set(id, {
        resolve(result) {
          end();
          resolve(result);
        },
        reject: fail,
      });
      signal.addEventListener("abort", cancel, { once: true });
      if (!exchange.send(request) && !this.#outbox?.send(request)) {
        fail(new RpcError(errorCodes.refused, messages.noAnswer));
      }
    });
  }

  /** Takes an answer to {@link ask}. One that nobody waits for is dropped. */
  answer({ id, result, error }: Message): void {
    const question = this.#questions.get(String(id));
    if (error) question?.reject(new RpcError(error.code, toSingleLine(error.message, 1_000), error.data));
    else question?.resolve(result ?? {});
  }

  /** Cancels a request. Of several with one id it is not known which is meant: they go on. */
  cancel(requestId: unknown): void {
    const meant = [...this.running].filter(({ exchange }) => exchange.id === requestId);
    if (meant.length === 1) meant[0]?.abort.abort(new RpcError(errorCodes.refused, "cancelled"));
  }

  /** Ends what runs, and both kinds of stream. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    const error = new RpcError(errorCodes.refused, messages.ended);
    for (const question of [...this.#questions.values()]) question.reject(error);
    for (const { abort } of [...this.running]) abort.abort(error);
    this.#outbox?.cut();
  }
}
