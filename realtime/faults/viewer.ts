import type { Socket } from "socket.io-client";
import { type ConnectOptions, type LogReader, openClient, readLogs, subscribeLogs } from "../testing.ts";

/** A viewer like the web app: it reconnects by itself and continues from its last cursor. */
export interface Viewer {
  socket: Socket;
  reader: LogReader;
}

const refs = {
  services: (name: string) => ({ serviceId: name, containerName: name }),
  deployments: (name: string) => ({ deploymentId: name, pm2Name: name }),
};

export function openViewer(
  url: string,
  namespace: keyof typeof refs,
  name: string,
  options: ConnectOptions = {},
): Viewer {
  const socket = openClient(url, namespace, options);
  const reader = readLogs(socket);
  socket.on("connect", () => {
    const from = reader.cursor === undefined ? { tail: 10_000 } : { since: reader.cursor };
    // Cut off again, it subscribes at the next connect.
    subscribeLogs(socket, { ...refs[namespace](name), ...from }).catch(() => undefined);
  });
  return { socket, reader };
}

/** Whether the lines are 0, 1, 2 … without a gap, a duplicate or a change of order. */
export function countsUp({ lines }: LogReader, first = 0): boolean {
  return lines.every((line, index) => line === String(first + index));
}
