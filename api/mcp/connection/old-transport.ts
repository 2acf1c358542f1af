import { type FetchLike, SSEClientTransport, SseError, type Transport } from "@modelcontextprotocol/client";
import { TimeoutError, withTimeout } from "../../../shared/server/async/with-timeout.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { explainResponses, HttpRefusal, placeOf, readRefusal, refusalKind } from "./http-responses.ts";
import { messages, refusalSentence } from "./messages.ts";

export interface OldTransportOptions {
  fetch: FetchLike;
  headers: Record<string, string>;
  /** Longest wait for the address of messages, in milliseconds. */
  limitMs: number;
  /** Masks secrets in the text of the server. */
  mask(text: string): string;
}

/** The address has no event stream of the old transport. */
export class NoEventStream extends HttpRefusal {}

/**
 * The HTTP+SSE transport of revision 2024-11-05: one endless GET for what the server sends, and POSTs to an address that
 * the stream names first. The end of the stream is the end of the session: a new stream would be a new session, which the
 * library opens without a handshake.
 */
export function createOldTransport(
  url: URL,
  { fetch, headers, limitMs, mask }: OldTransportOptions,
): { transport: Transport; ending(): string | undefined } {
  let failure: Error | undefined;
  let ending: string | undefined;
  let started = false;
  let posted = false;
  let opened = false;
  const endedEarly = Promise.withResolvers<never>();
  endedEarly.promise.catch(() => {}); // nobody waits any more

  const openStream: FetchLike = async (target, init) => {
    if (opened) throw new Error("The stream is opened once.");
    const response = await fetch(target, init);
    if (response.status >= 300 && response.status < 400) return response; // the library follows it within the origin
    const refusal = await noStreamOf(response, new URL(target), new Headers(init?.headers));
    if (refusal) throw refusal;
    opened = true;
    return watchEnd(response, () => {
      if (started) ending ??= messages.oldTransport.ended;
      else endedEarly.reject(new TimeoutError());
      void transport.close();
    });
  };
  const post = explainResponses(fetch, mask, { sessionEnds: () => posted });
  const transport = new SSEClientTransport(url, {
    requestInit: { headers },
    fetch: async (target, init) => {
      if (init?.method === "POST") {
        const response = await post(target, init);
        posted ||= response.ok;
        return response;
      }
      try {
        return await openStream(target, init);
      } catch (error) {
        if (error instanceof Error) failure ??= error;
        throw error;
      }
    },
  });
  const start = transport.start.bind(transport);
  transport.start = async () => {
    try {
      await withTimeout(Promise.race([start(), endedEarly.promise]), limitMs);
      started = true;
    } catch (error) {
      const known = failure ?? startFailure(error, url);
      await transport.close();
      throw known;
    }
  };
  return { transport, ending: () => ending };
}

function startFailure(error: unknown, url: URL): unknown {
  if (error instanceof TimeoutError) return new NoEventStream(messages.oldTransport.noEndpoint(placeOf(url)), 200);
  if (error instanceof Error && error.message.startsWith("Endpoint origin")) {
    return new AppError("upstream_unavailable", messages.oldTransport.otherOrigin);
  }
  if (error instanceof SseError)
    return new NoEventStream(messages.oldTransport.noStream(error.code ?? 0, placeOf(url)), 0);
  return error;
}

async function noStreamOf(response: Response, url: URL, sent: Headers): Promise<HttpRefusal | undefined> {
  const { status, ok, headers } = response;
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (ok && type === "text/event-stream") return undefined;
  await readRefusal(response, type);
  if (status === 401 || status === 403 || status >= 500) {
    const Kind = refusalKind(status, sent);
    return new Kind(refusalSentence(status, placeOf(url), sent.has("authorization")), status);
  }
  return new NoEventStream(messages.oldTransport.noStream(status, placeOf(url)), status);
}

/** The same response, which reports the end of its body: normal, by an error, or cut. */
function watchEnd(response: Response, onEnd: () => void): Response {
  const reader = response.body?.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = (await reader?.read()) ?? { done: true };
        if (value) controller.enqueue(value);
        if (!done) return;
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      onEnd();
    },
    cancel: (reason) => reader?.cancel(reason),
  });
  return new Response(body, { status: response.status, headers: response.headers });
}
