/**
 * Describes a failed connection in a sentence; undefined for an unknown error. Also searches the causes, since `fetch` and
 * libraries wrap the error of the system.
 * @param who the server, as the subject of a sentence: "The receiver"
 */
export function connectionFailure(error: unknown, who: string): string | undefined {
  let cause: unknown = error;
  for (let depth = 0; depth < 5 && cause instanceof Error; depth++, cause = cause.cause) {
    const sentence = sentenceOf(String((cause as { code?: unknown }).code ?? ""), cause.message, who);
    if (sentence !== undefined) return sentence;
  }
  return undefined;
}

function sentenceOf(code: string, message: string, who: string): string | undefined {
  if (code === "ECONNREFUSED") return "Nothing listens at this address and port.";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "The server's name cannot be resolved.";
  if (/^(ENETUNREACH|EHOSTUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EAFNOSUPPORT)$/.test(code)) {
    return "There is no route to this address.";
  }
  if (code === "ETIMEDOUT" || code === "UND_ERR_CONNECT_TIMEOUT" || /does not answer/.test(message)) {
    return `${who} did not respond in time.`;
  }
  if (code === "ECONNRESET" || code === "EPIPE" || code === "UND_ERR_SOCKET") return `${who} closed the connection.`;
  if (/^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_SSL)|EPROTO/.test(code)) {
    return `${who}'s certificate is not trusted, or it does not speak TLS here.`;
  }
  if (code.startsWith("HPE_")) return `${who} did not respond with HTTP.`;
  return undefined;
}
