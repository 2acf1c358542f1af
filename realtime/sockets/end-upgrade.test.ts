import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../shared/testing/eventually.ts";
import { EMIT_TOKEN, startRealtime, type TestRealtime } from "../testing.ts";

let realtime: TestRealtime;
beforeAll(async () => {
  realtime = await startRealtime();
});
afterAll(() => realtime.stop());

const open = () => new Promise<number>((resolve) => realtime.http.getConnections((_, count) => resolve(count)));

/** A peer that requests an upgrade and never closes the connection. */
async function ask(path: string, host = new URL(realtime.url).host): Promise<Socket> {
  const peer = connect({ port: Number(new URL(realtime.url).port), host: "127.0.0.1", allowHalfOpen: true });
  await once(peer, "connect");
  peer.write(
    [
      `GET ${path} HTTP/1.1`,
      `Host: ${host}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "\r\n",
    ].join("\r\n"),
  );
  return peer;
}

const refused: [string, string, string?][] = [
  ["by a foreign name", "/socket.io/?EIO=4&transport=websocket", "evil.test"],
  ["without a session", "/socket.io/?EIO=4&transport=websocket&j=1"],
  ["of an unknown sid", "/socket.io/?EIO=4&transport=websocket&sid=gone"],
  ["to no transport", "/socket.io/?EIO=4&transport=constructor"],
];

describe.each(refused)("an upgrade %s", (_, path, host) => {
  test("that the peer resets leaves the server running", async () => {
    for (let count = 0; count < 20; count++) (await ask(path, host)).resetAndDestroy();
    await eventually(async () => (await open()) === 0);
    expect((await fetch(`${realtime.url}/health`, { headers: { Connection: "close" } })).status).toBe(200);
  });

  test("keeps no connection, even if the peer does not close it", async () => {
    const peer = await ask(path, host);
    peer.resume();
    await once(peer, "end");
    await eventually(async () => (await open()) === 0);
    peer.destroy();
  });
});

describe("an offer of another protocol", () => {
  test.each(["/nope", "/emit", "//[?EIO=4&transport=websocket"])(
    "to %s that is reset leaves the server running",
    async (path) => {
      for (let count = 0; count < 20; count++) (await ask(path)).resetAndDestroy();
      await eventually(async () => (await open()) === 0);
      expect((await fetch(`${realtime.url}/health`, { headers: { Connection: "close" } })).status).toBe(200);
    },
  );

  test.each([
    ["GET", "/health", 200],
    ["POST", "/emit", 200],
    ["GET", "/nope", 404],
    ["GET", "/socket.io/?EIO=4&transport=polling", 200],
  ])("is ignored: %s %s", async (method, path, status) => {
    const headers = {
      Connection: "Upgrade, HTTP2-Settings",
      Upgrade: "h2c",
      "HTTP2-Settings": "AAEAAEAAAAIAAAAB",
      Authorization: `Bearer ${path === "/emit" ? EMIT_TOKEN : "admin"}`,
      "Content-Type": "application/json",
    };
    const sent = request(`${realtime.url}${path}`, { method, headers });
    sent.end(method === "POST" ? JSON.stringify({ namespace: "system", event: "notice", data: {} }) : undefined);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(status);
  });
});
