import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SocketProxy {
  path: string;
  /** Connections open now. */
  connections(): number;
  /** Takes connections and bytes but passes nothing on, as a stopped (SIGSTOP) daemon does. */
  hang(): void;
  resume(): void;
  /** Breaks every open connection. */
  cut(): void;
  close(): Promise<void>;
}

/** A Unix socket in front of a daemon's own, for tests that need that daemon to hang or go away. */
export async function startSocketProxy(target: string): Promise<SocketProxy> {
  const folder = mkdtempSync(join(tmpdir(), "proxy-"));
  const path = join(folder, "proxy.sock");
  const pairs = new Map<Socket, Socket>();
  let hanging = false;

  const server = createServer((client) => {
    const upstream = connect(target);
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
  server.listen(path);
  await once(server, "listening");

  return {
    path,
    connections: () => pairs.size,
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
