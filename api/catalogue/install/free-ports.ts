import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Service } from "../../../shared/protocol/service.ts";

export interface PortRequest {
  protocol: "tcp" | "udp";
  /** `127.0.0.1`, or empty for every address. */
  hostAddress: string;
  hostPort: number;
}

/** Steps from a port that is taken to the next one that is offered. */
const MAX_TRIES = 100;

/** What holds a port of the host: the name of a container, `""` for something else, undefined for nothing. */
export async function holderOf(asked: PortRequest, services: readonly Service[]): Promise<string | undefined> {
  const container = services.find(({ ports }) =>
    ports.some(
      ({ hostPort, hostIp = "", protocol }) =>
        hostPort === asked.hostPort && protocol === asked.protocol && meet(hostIp, asked.hostAddress),
    ),
  );
  if (container) return container.name;
  return (await canListen(asked)) ? undefined : "";
}

/** The first free port from the wanted one upwards that is not in `taken`; the wanted one if there is none. */
export async function nextFreePort(
  asked: PortRequest,
  services: readonly Service[],
  taken: ReadonlySet<string>,
): Promise<number> {
  for (let step = 0; step < MAX_TRIES && asked.hostPort + step <= 65_535; step++) {
    const hostPort = asked.hostPort + step;
    if (taken.has(`${hostPort}/${asked.protocol}`)) continue;
    if ((await holderOf({ ...asked, hostPort }, services)) === undefined) return hostPort;
  }
  return asked.hostPort;
}

const isEvery = (address: string) => address === "" || address === "0.0.0.0" || address === "::";
const meet = (one: string, other: string) => isEvery(one) || isEvery(other) || one === other;

/** By listening there for a moment. A port that this process has no right to is the Engine's to judge. */
async function canListen({ protocol, hostAddress, hostPort }: PortRequest): Promise<boolean> {
  const host = hostAddress === "" ? "0.0.0.0" : hostAddress;
  try {
    if (protocol === "tcp") {
      const server = createServer().listen({ port: hostPort, host, exclusive: true });
      await once(server, "listening");
      server.close();
    } else {
      const socket = createSocket("udp4").bind({ port: hostPort, address: host, exclusive: true });
      await once(socket, "listening");
      socket.close();
    }
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code !== "EADDRINUSE";
  }
}
