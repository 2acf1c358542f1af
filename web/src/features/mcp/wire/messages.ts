import { formatCount } from "../../../lib/format.ts";

/** Texts of the messages that are exchanged with a server, and of what is saved and sent again. */
export const wireMessages = {
  title: "Messages",
  none: "No messages yet",
  noneHint: "Each JSON-RPC message is shown here, in both directions.",
  filter: "Filter messages",
  direction: "Direction",
  directions: { all: "All", sent: "Sent", received: "Received" },
  clear: "Clear",
  save: "Save session",
  replay: "Replay a session",
  replaying: (done: number, total: number) => `${done} of ${total} replayed`,
  replayed: (same: number, different: number) => `${same} responses are the same, ${different} differ`,
  notASession: "This file is not a saved session.",
  nothingToReplay: "The session has no requests that can be sent again.",
  same: "Same",
  different: "Different",
  before: "Recorded",
  now: "Now",
  cut: "Long texts are cut.",
  count: (count: number) => `${formatCount(count)} messages`,
  kinds: { request: "request", response: "response", error: "error", notification: "notification" },
  newRequest: "Send a request",
  method: "Method",
  params: "Parameters",
  send: "Send",
} as const;
