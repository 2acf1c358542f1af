import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createFrameReader, encodeFrame } from "../shared/helper/frames.ts";
import { HELPER_VERSION, MAX_HEAD, MAX_PART } from "../shared/helper/protocol.ts";
import { tempFolder } from "../shared/testing/temp-folder.ts";
import { serveConnection } from "./connection.ts";

test("lets long answers wait for a client that does not read, instead of cutting it off", async () => {
  const folder = await tempFolder("helper");
  const parts = 400; // 100 MB
  let ahead = 0;
  const full = Promise.withResolvers<void>();
  const server = createServer((socket) =>
    serveConnection(socket, async ({ onPart }) => {
      for (let part = 0; part < parts; part++) {
        const room = onPart(undefined, Buffer.alloc(MAX_PART));
        if (!room) ahead++;
        else full.resolve();
        await room;
      }
      return {};
    }),
  );
  await once(server.listen(join(folder.path, "socket")), "listening");
  const client: Socket = connect(join(folder.path, "socket"));
  const ended = Promise.withResolvers<void>();
  let bytes = 0;
  const read = createFrameReader({ head: MAX_HEAD, body: MAX_PART }, ({ head, body }) => {
    bytes += body.length;
    if ((head as { type: string }).type === "end") ended.resolve();
  });
  client.write(encodeFrame({ type: "hello", version: HELPER_VERSION }));
  client.write(encodeFrame({ type: "call", id: 1, verb: "file.read", input: {} }));
  await full.promise;
  expect(ahead).toBeLessThan(20);
  client.on("data", (chunk: Buffer) => read(chunk));
  await ended.promise;
  expect(bytes).toBe(parts * MAX_PART);
  client.destroy();
  server.close();
  await folder.remove();
});
