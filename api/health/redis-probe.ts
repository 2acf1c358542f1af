import { once } from "node:events";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { messages } from "./messages.ts";

const PROBE_LIMIT_MS = 2_000;

/** Sends a PING to a Redis server, without a log-in. @throws UnavailableError when no Redis server responds within 2 s */
export async function probeRedis(url: string): Promise<void> {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const address = { host, port: Number(port || 6379) };
  const socket = protocol === "rediss:" ? connectTls({ ...address, servername: host }) : connect(address);
  try {
    socket.write("PING\r\n");
    const [answer] = (await once(socket, "data", { signal: AbortSignal.timeout(PROBE_LIMIT_MS) })) as [Buffer];
    if (/^(\+PONG|-NOAUTH|-DENIED)/.test(answer.toString("latin1"))) return;
    throw new Error("not a Redis server");
  } catch (error) {
    throw new UnavailableError("down", messages.redisSilent, error);
  } finally {
    socket.on("error", () => undefined); // an error after the response does not matter
    socket.destroy();
  }
}
