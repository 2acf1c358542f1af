import { type AlertMessage, severityOf, textOf, titleOf } from "../message.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";
import type { StoredSettings } from "./settings.ts";

/** ntfy priorities range from 1 to 5; 3 is the default, 5 overrides do-not-disturb. */
const priorities = { info: 2, warning: 3, critical: 5 } as const;
const tags = { info: "information_source", warning: "warning", critical: "rotating_light" } as const;

/** The request to ntfy: JSON to the root of the server, because a title in a header is limited to ASCII. */
export function ntfyRequest(
  { server, topic, token }: Extract<StoredSettings, { type: "ntfy" }>,
  message: AlertMessage,
): OutgoingRequest {
  const severity = severityOf(message);
  const isGood = message.events.length > 0 && message.events.every(({ kind }) => kind === "resolved");
  return {
    url: server,
    headers: token ? { authorization: `Bearer ${token}` } : {},
    body: JSON.stringify({
      topic,
      title: titleOf(message),
      message: textOf(message),
      priority: priorities[severity],
      tags: [isGood ? "white_check_mark" : tags[severity]],
    }),
  };
}
