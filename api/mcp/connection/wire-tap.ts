import type { Transport } from "@modelcontextprotocol/client";
import type { McpDirection } from "./peer.ts";

/**
 * Reports each message of a transport once, before the client of the protocol handles it. Called before the transport
 * starts. The client replaces `onmessage` several times and calls the handler before its own; therefore one message is
 * recognized by its identity.
 */
export function tapTransport(transport: Transport, tap: (direction: McpDirection, message: unknown) => void): void {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    tap("sent", message);
    return send(message, options);
  };
  let handler = transport.onmessage;
  let last: unknown;
  Object.defineProperty(transport, "onmessage", {
    configurable: true,
    enumerable: true,
    get: () => handler,
    set(next: Transport["onmessage"]) {
      handler =
        next &&
        ((message, extra) => {
          if (message !== last) {
            last = message;
            try {
              tap("received", message);
            } catch (error) {
              // The client of the protocol gets the message whatever an observer makes of it.
              transport.onerror?.(error instanceof Error ? error : new Error("a message could not be observed"));
            }
          }
          next(message, extra);
        });
    },
  });
}
