import { AppError } from "../../../shared/server/errors.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";
import { createPinnedFetch } from "../../outbound/pinned-fetch.ts";
import type { AlertMessage } from "../message.ts";
import { sendMail } from "./email.ts";
import { ntfyRequest } from "./ntfy.ts";
import { reasonOf, SEND_LIMIT_MS, withinLimit } from "./send-limit.ts";
import type { StoredSettings } from "./settings.ts";
import { webhookRequest } from "./webhook.ts";

/** Bytes of an answer that are read before the connection is dropped: nothing in it is used. */
const ANSWER_MAX = 64 * 1024;

const REDIRECTS = "The receiver redirects, which is not followed: give the address it redirects to.";

export interface OutgoingRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * Sends one message. Throws `AppError` with what went wrong in words for people: nothing the other side said is among
 * them, since an answer of a stranger must not be readable through us.
 */
export async function sendMessage(
  settings: StoredSettings,
  message: AlertMessage,
  rules: AddressRules,
  signal: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(SEND_LIMIT_MS)]);
  if (settings.type === "email") return sendMail(settings, message, rules, limit);
  await post(
    settings.type === "webhook" ? webhookRequest(settings, message) : ntfyRequest(settings, message),
    rules,
    limit,
  );
}

async function post({ url, headers, body }: OutgoingRequest, rules: AddressRules, signal: AbortSignal): Promise<void> {
  const pinned = createPinnedFetch(await withinLimit(rules.pin(url), signal));
  try {
    const response = await pinned.fetch(url, {
      method: "POST",
      body,
      signal,
      headers: { "content-type": "application/json", "user-agent": "ai-desktop-alerts", ...headers },
    });
    await skim(response);
    if (response.status >= 300 && response.status < 400) throw new AppError("upstream_unavailable", REDIRECTS);
    if (!response.ok)
      throw new AppError("upstream_unavailable", `The receiver answered with status ${response.status}.`);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("upstream_unavailable", reasonOf(error, signal), { cause: error });
  } finally {
    pinned.close();
  }
}

async function skim(response: Response): Promise<void> {
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_MAX) break;
  }
}
