import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { startChild } from "../../shared/testing/child.ts";
import { freePort } from "../../shared/testing/free-port.ts";
import { findProgram, lacks } from "../../shared/testing/parts.ts";
import { probeRedis } from "./redis-probe.ts";

const withoutRedis = await lacks("redis");

test.skipIf(withoutRedis)("recognizes a Redis server, with and without a log-in", async () => {
  const port = await freePort();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", "secret"];
  const redis = await startChild(findProgram("redis-server") ?? "redis-server", options);
  try {
    await redis.prints("Ready to accept connections");
    await expect(probeRedis(`redis://127.0.0.1:${port}`)).resolves.toBeUndefined();
  } finally {
    await redis.stop();
  }
});

test("recognizes no other server as Redis", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined).resume();
    socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const port = await freePort();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  await expect(probeRedis(`redis://127.0.0.1:${port}`)).rejects.toMatchObject({ state: "down" });
  server.close();
  await once(server, "close");
  await expect(probeRedis(`redis://127.0.0.1:${port}`)).rejects.toMatchObject({ state: "down" });
});
