import { connect, type Socket } from "node:net";
import { ConnectTimeout, tryAddresses } from "./first-address.ts";

/** Connects to the first checked address that accepts. @throws the error of the system, or the reason of the signal */
export function connectPinned(addresses: readonly string[], port: number, signal: AbortSignal): Promise<Socket> {
  return tryAddresses(addresses, async (host, limitMs) => {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = connect({ host, port });
    const abort = () => reject(signal.reason);
    const limit = setTimeout(() => reject(new ConnectTimeout()), limitMs);
    socket.once("connect", resolve);
    socket.once("error", reject);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await promise;
      socket.off("error", reject);
      return socket;
    } catch (error) {
      socket.on("error", () => {}); // already reported
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(limit);
      signal.removeEventListener("abort", abort);
    }
  });
}
