import type { McpPeer } from "../connection/peer.ts";
import { isOfProgram, type RawListener } from "../connection/raw.ts";

/** Notifications that no other part of the peer reports. */
const passed = new Set([
  "notifications/progress",
  "notifications/message",
  "notifications/elicitation/complete",
  "notifications/resources/updated",
]);

/** A peer whose reports a listener hears too. Requests of the server go to the listener first. */
export function observedPeer(peer: McpPeer, { onNotification, onRequest, isPassing }: RawListener): McpPeer {
  return {
    ...peer,
    onListChanged(kind) {
      peer.onListChanged(kind);
      onNotification(`notifications/${kind}/list_changed`, undefined);
    },
    onMessage(direction, message) {
      const { id, method, params } = message as { id?: unknown; method?: string; params?: Record<string, unknown> };
      const ofProgram = direction === "sent" ? isOfProgram({ params }) : method !== undefined && isPassing();
      peer.onMessage(direction, message, ofProgram);
      if (direction !== "received") return;
      if (id === undefined && method !== undefined && passed.has(method)) onNotification(method, params);
    },
    answer: (request, signal) => onRequest({ ...request, signal }) ?? peer.answer(request, signal),
  };
}
