import { isIP } from "node:net";
import { createTransport } from "nodemailer";
import { AppError } from "../../../shared/server/errors.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";
import { connectPinned } from "../../outbound/pinned-socket.ts";
import { type AlertMessage, textOf, titleOf } from "../message.ts";
import { reasonOf, SEND_LIMIT_MS, withinLimit } from "./send-limit.ts";
import type { StoredSettings } from "./settings.ts";

/** Sends a mail of plain text. The connection goes to the addresses that were checked; the name is for TLS. */
export async function sendMail(
  { host, port, security, user, password, from, to }: Extract<StoredSettings, { type: "email" }>,
  message: AlertMessage,
  rules: AddressRules,
  signal: AbortSignal,
): Promise<void> {
  const addresses = await withinLimit(rules.pinHost(host, port), signal);
  const transport = createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    getSocket: (_options, done) => {
      connectPinned(addresses, port, signal).then((connection) => done(null, { connection }), done);
    },
    ignoreTLS: security === "none",
    ...(user !== undefined && password !== undefined ? { auth: { user, pass: password } } : {}),
    tls: { ...(isIP(host) === 0 ? { servername: host } : {}), minVersion: "TLSv1.2" },
    connectionTimeout: SEND_LIMIT_MS,
    greetingTimeout: SEND_LIMIT_MS,
    socketTimeout: SEND_LIMIT_MS,
    // A text that names a file or an address must stay a text.
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
  if (code === "EAUTH") return "The mail server does not take this user and password.";
  if (code === "EENVELOPE") return "The mail server does not take the sender or one of the receivers.";
  if (code === "EMESSAGE") return "The mail server does not take the message.";
  if (code === "ETLS") return "The mail server offers no encryption here that can be trusted.";
  if (responseCode !== undefined) return `The mail server refused with code ${responseCode}.`;
  if (code === "ESOCKET" || code === "ECONNECTION") {
    const { message = "" } = error as { message?: string };
    if (/certificate|self.signed/i.test(message)) return "The mail server's certificate is not trusted.";
    if (/ECONNREFUSED/.test(message)) return "Nothing listens at this address and port.";
    return "The connection to the mail server broke off.";
  }
  return reasonOf(error, signal);
}
