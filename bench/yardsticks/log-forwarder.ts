import { createServer } from "node:http";
import process from "node:process";
import type { Readable } from "node:stream";
import { WebSocketServer } from "ws";
import { Docker } from "../../shared/docker/dockerode.ts";

/** Baseline of the log stream: sends each chunk of a container's log to every client. */
const docker = new Docker({
  socketPath: (process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock").replace("unix://", ""),
});
const http = createServer();
const server = new WebSocketServer({ server: http });

const stream = (await docker
  .getContainer(process.env.CONTAINER ?? "")
  .logs({ follow: true, stdout: true, stderr: true, tail: 0 })) as unknown as Readable;

let rest: Buffer = Buffer.alloc(0);
stream.on("data", (chunk: Buffer) => {
  const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
  let text = "";
  let offset = 0;
  while (data.length - offset >= 8) {
    const end = offset + 8 + data.readUInt32BE(offset + 4);
    if (end > data.length) break;
    text += data.toString("utf8", offset + 8, end);
    offset = end;
  }
  rest = data.subarray(offset);
  if (text === "") return;
  const message = JSON.stringify({ data: text });
  for (const client of server.clients) client.send(message);
});
http.listen(Number(process.env.PORT), "127.0.0.1");
