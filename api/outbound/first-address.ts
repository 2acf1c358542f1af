/** Addresses of one name that are tried; the others are left alone. */
const ADDRESSES_MAX = 8;
/** Until a connection stands, in milliseconds: at an address that has others behind it, and at the last one. */
const NEXT_MS = 2_000;
const LAST_MS = 10_000;
/** Codes of a connection that was never made: nothing was sent, so another address may be tried. */
const unreachable = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "EAFNOSUPPORT",
  "EINVAL",
  "ETIMEDOUT",
]);
/** What tells least about a name that has other addresses: this machine has no way to the whole family. */
const noWay = new Set(["ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"]);

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? "");

/** A connection did not come about in time. */
export class ConnectTimeout extends Error {
  readonly code = "ETIMEDOUT";
  constructor() {
    super("The server does not answer.");
  }
}

/** One try at one address. It calls `connected` as soon as the connection stands: from then on it is the only one. */
export type AddressAttempt<T> = (address: string, limitMs: number, connected: () => void) => Promise<T>;

/**
 * Tries the addresses of a name one after the other, until one takes the connection: `localhost` is often `::1` first, and
 * the server listens on 127.0.0.1 only. Throws the error of the attempt that tells most.
 */
export async function tryAddresses<T>(addresses: readonly string[], attempt: AddressAttempt<T>): Promise<T> {
  const tried = addresses.slice(0, ADDRESSES_MAX);
  let failure: unknown;
  for (const [index, address] of tried.entries()) {
    const last = index === tried.length - 1;
    let stands = false;
    try {
      return await attempt(address, last ? LAST_MS : NEXT_MS, () => {
        stands = true;
      });
    } catch (error) {
      if (stands || !unreachable.has(codeOf(error))) throw error;
      if (failure === undefined || noWay.has(codeOf(failure))) failure = error;
    }
  }
  throw failure ?? new Error("There is no address to connect to.");
}
