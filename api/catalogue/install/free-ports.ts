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

/** Ports that are tried from the requested one upwards. */
const MAX_TRIES = 100;

/** Who uses a port of the host: the name of a container, `""` for another program, undefined when it is free. */
export async function holderOf(request: PortRequest, services: readonly Service[]): Promise<string | undefined> {
  const container = services.find(({ ports }) =>
    ports.some(
      ({ hostPort, hostIp = "", protocol }) =>
        hostPort === request.hostPort && protocol === request.protocol && overlap(hostIp, request.hostAddress),
    ),
  );
  if (container) return container.name;
  return (await canListen(request)) ? undefined : "";
}

/**
 * The first free port from the requested one upwards, within 100 steps; the requested one when none is free.
 * @param taken Ports to skip, as `8080/tcp`.
 */
export async function nextFreePort(
  request: PortRequest,
  services: readonly Service[],
  taken: ReadonlySet<string>,
): Promise<number> {
  for (let step = 0; step < MAX_TRIES && request.hostPort + step <= 65_535; step++) {
    const hostPort = request.hostPort + step;
    if (taken.has(`${hostPort}/${request.protocol}`)) continue;
    if ((await holderOf({ ...request, hostPort }, services)) === undefined) return hostPort;
  }
  return request.hostPort;
}

const isAnyAddress = (address: string) => address === "" || address === "0.0.0.0" || address === "::";
const overlap = (a: string, b: string) => isAnyAddress(a) || isAnyAddress(b) || a === b;

/** Tries to listen on a port. A port that this process has no permission for counts as free: the Engine decides. */
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
