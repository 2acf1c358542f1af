import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SocketProxy {
  /** Path of the Unix socket; empty if the target is a port. */
  path: string;
  /** Port on 127.0.0.1 if the target is a port; otherwise 0. */
  port: number;
  /** Open connections. */
  connections(): number;
  /** Number of connections so far. */
  accepted(): number;
  /** Accepts connections and bytes but forwards nothing, like a stopped (SIGSTOP) daemon. */
  hang(): void;
  resume(): void;
  /** Closes every open connection. */
  cut(): void;
  close(): Promise<void>;
}

/**
 * A Unix socket in front of a daemon's socket, or a port in front of one of 127.0.0.1, for tests in which the daemon must
 * hang, disappear or lose its network (to both ends, a hanging proxy looks like a network that drops packets).
 */
export async function startSocketProxy(target: string | number): Promise<SocketProxy> {
  const folder = mkdtempSync(join(tmpdir(), "proxy-"));
  const path = join(folder, "proxy.sock");
  const pairs = new Map<Socket, Socket>();
  let hanging = false;
  let accepted = 0;

  const server = createServer((client) => {
    accepted++;
    const upstream = typeof target === "string" ? connect(target) : connect(target, "127.0.0.1");
    pairs.set(client, upstream);
    const end = () => {
      pairs.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on("error", end).on("close", end);
    client.pipe(upstream).pipe(client);
    if (hanging) pause(client, upstream);
  });
  if (typeof target === "string") server.listen(path);
  else server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as AddressInfo | string;

  return {
    path: typeof address === "string" ? path : "",
    port: typeof address === "string" ? 0 : address.port,
    connections: () => pairs.size,
    accepted: () => accepted,
    hang() {
      hanging = true;
      for (const [client, upstream] of pairs) pause(client, upstream);
    },
    resume() {
      hanging = false;
      for (const [client, upstream] of pairs) client.pipe(upstream).pipe(client);
    },
    cut() {
      for (const client of pairs.keys()) client.destroy();
    },
    async close() {
      for (const client of pairs.keys()) client.destroy();
      server.close();
      await once(server, "close");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function pause(client: Socket, upstream: Socket): void {
  client.unpipe(upstream);
  upstream.unpipe(client);
}
