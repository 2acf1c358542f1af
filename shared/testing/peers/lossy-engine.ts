import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface LossyEngine {
  dockerHost: string;
  /** From now on, the responses to these requests are lost, although the Engine executes them. */
  lose(isLost: (path: string) => boolean): void;
  close(): Promise<void>;
}

/** A proxy in front of an Engine that can drop responses, like a broken connection. */
export async function startLossyEngine(socketPath: string): Promise<LossyEngine> {
  let isLost: (path: string) => boolean = () => false;
  const server = createServer((incoming, response) => {
    const { method, url = "", headers } = incoming;
    const lost = isLost(url);
    // A lost removal does not reach the Engine.
    if (lost && method === "DELETE") return void response.destroy();
    const outgoing = request({ socketPath, method, path: url, headers }, (answer) => {
      if (lost) {
        answer.resume().on("end", () => response.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    outgoing.on("error", () => response.destroy());
    incoming.pipe(outgoing);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    dockerHost: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lose(next) {
      isLost = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
