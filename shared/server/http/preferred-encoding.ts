/** Encodings in which the servers send a body. */
export type Encoding = "br" | "gzip" | "identity";

/**
 * The first offered encoding that a client takes, by its `Accept-Encoding`; `identity` if it takes none. A weight of 0 refuses
 * one; other weights are not compared, since browsers send none (RFC 9110, 12.5.3).
 */
export function preferredEncoding(accepted: string, offered: readonly Encoding[]): Encoding {
  const taken = new Set(
    accepted
      .split(",")
      .map((part) => part.trim().toLowerCase())
      .filter((part) => !/;\s*q=0(\.0*)?\s*(;|$)/.test(part))
      .map((part) => part.split(";", 1)[0]),
  );
  return offered.find((encoding) => taken.has(encoding)) ?? "identity";
}
