/** Most addresses of one name that are tried. */
const MAX_ADDRESSES = 8;
/** Time limits of a connection attempt, in milliseconds: for an address with alternatives, and for the last one. */
const NEXT_MS = 2_000;
const LAST_MS = 10_000;
/** Error codes of a connection that was never established: nothing was sent, so another address can be tried. */
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
/** The least informative errors if there are other addresses: this machine has no route to the address family. */
const noWay = new Set(["ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"]);

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? "");

/** The connection was not established in time. */
export class ConnectTimeout extends Error {
  readonly code = "ETIMEDOUT";
  constructor() {
    super("The server does not respond.");
  }
}

/** An attempt at one address. It calls `connected` when the connection is established; no other address is tried after that. */
export type AddressAttempt<T> = (address: string, limitMs: number, connected: () => void) => Promise<T>;

/**
 * Tries the addresses of a name in order until one accepts the connection: `localhost` is often `::1` first, while the server
 * listens on 127.0.0.1 only.
 * @throws the most informative error of the attempts
 */
export async function tryAddresses<T>(addresses: readonly string[], attempt: AddressAttempt<T>): Promise<T> {
  const tried = addresses.slice(0, MAX_ADDRESSES);
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
