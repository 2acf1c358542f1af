import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { eventually } from "../../shared/testing/eventually.ts";
import type { Subject } from "../subject.ts";
import { WireClient } from "./wire-client.ts";

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
afterEach(() => server.close());

test("frames of every length arrive completely and in order, in any chunks", async () => {
  if (!server.address()) await once(server, "listening");
  const subject: Subject = {
    name: "ws",
    pid: 0,
    port: (server.address() as AddressInfo).port,
    dialect: "plain",
    path: "/",
    publish: { path: "/", headers: {} },
  };
  const lengths = [0, 5, 125, 126, 60_000, 65_535, 65_536, 300_000, 7];
  server.on("connection", (socket) => {
    for (let round = 0; round < 3; round++) for (const length of lengths) socket.send("x".repeat(length));
  });
  const got: number[] = [];
  const client = new WireClient({ subject, onMessage: (_data, start, end) => got.push(end - start) });
  await client.ready;
  await eventually(() => got.length === 3 * lengths.length);
  client.close();
  expect(got).toEqual([...lengths, ...lengths, ...lengths]);
});
