import { isIP } from "node:net";
import { AppError } from "../../../shared/server/errors.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";
import { connectPinned } from "../../outbound/pinned-socket.ts";
import { type AlertMessage, textOf, titleOf } from "../message.ts";
import { messages } from "../messages.ts";
import { reasonOf, SEND_LIMIT_MS, withinLimit } from "./send-limit.ts";
import type { StoredSettings } from "./settings.ts";

/** Sends a plain-text mail. It connects to the checked addresses; the host name serves TLS. @throws AppError with the reason. */
export async function sendMail(
  { host, port, security, user, password, from, to }: Extract<StoredSettings, { type: "email" }>,
  message: AlertMessage,
  rules: AddressRules,
  signal: AbortSignal,
): Promise<void> {
  const addresses = await withinLimit(rules.pinHost(host, port), signal);
  // Loaded by the first mail: most panels send none.
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    getSocket: (_options, done) => {
      connectPinned(addresses, port, signal).then((connection) => done(null, { connection }), done);
    },
    ignoreTLS: security === "none",
    auth: user !== undefined && password !== undefined ? { user, pass: password } : undefined,
    tls: { servername: isIP(host) === 0 ? host : undefined, minVersion: "TLSv1.2" },
    connectionTimeout: SEND_LIMIT_MS,
    greetingTimeout: SEND_LIMIT_MS,
    socketTimeout: SEND_LIMIT_MS,
    // Content that names a file or a URL stays text.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const close = () => transport.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    const mail = { from, to, subject: titleOf(message), text: textOf(message) };
    await withinLimit(transport.sendMail(mail), signal);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("upstream_unavailable", mailReason(error, signal), { cause: error });
  } finally {
    signal.removeEventListener("abort", close);
    transport.close();
  }
}

function mailReason(error: unknown, signal: AbortSignal): string {
  const { code = "", responseCode } = error as { code?: string; responseCode?: number };
  if (code === "EAUTH") return messages.mail.authentication;
  if (code === "EENVELOPE") return messages.mail.addresses;
  if (code === "EMESSAGE") return messages.mail.content;
  if (code === "ETLS") return messages.mail.encryption;
  if (responseCode !== undefined) return messages.mail.refused(responseCode);
  if (code === "ESOCKET" || code === "ECONNECTION") {
    const { message = "" } = error as { message?: string };
    if (/certificate|self.signed/i.test(message)) return messages.mail.certificate;
    if (/ECONNREFUSED/.test(message)) return messages.mail.nothingListens;
    return messages.mail.broken;
  }
  return reasonOf(error, signal);
}
