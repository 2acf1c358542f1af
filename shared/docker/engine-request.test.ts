import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type EngineAddress, readBody, sendRequest, sendUpgrade } from "./engine-request.ts";

const { signal } = new AbortController();

async function engine(respond: (request: IncomingMessage, response: ServerResponse) => void): Promise<EngineAddress> {
  const server = createServer(respond).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { host: "127.0.0.1", port: String((server.address() as AddressInfo).port) };
}

const echo = async (request: IncomingMessage, response: ServerResponse) => {
  const { method, url, headers } = request;
  const body = (await readBody(request)).toString();
  response.end(JSON.stringify({ method, url, type: headers["content-type"], auth: headers["x-registry-auth"], body }));
};
const seen = async (address: EngineAddress, request: Parameters<typeof sendRequest>[1]) =>
  JSON.parse((await readBody(await sendRequest(address, request, signal))).toString());

test("sends defined query parameters, JSON and registry credentials", async () => {
  const address = await engine(echo);
  const query = { all: 1, filters: '{"label":["a b&c"]}', since: undefined };
  expect(await seen(address, { method: "GET", path: "/containers/json", query })).toMatchObject({
    method: "GET",
    url: "/containers/json?all=1&filters=%7B%22label%22%3A%5B%22a+b%26c%22%5D%7D",
    body: "",
  });
  const request = { method: "POST", path: "/x", body: { text: "é" }, registryAuth: "e30=" } as const;
  expect(await seen(address, request)).toMatchObject({
    url: "/x",
    type: "application/json",
    auth: "e30=",
    body: '{"text":"é"}',
  });
  const empty = await seen(address, { method: "POST", path: "/x", body: {} });
  expect(empty).toMatchObject({ body: "" });
  expect(empty).not.toHaveProperty("type");
});

test.each([
  ['{"message":"no such container: web"}', "no such container: web"],
  ['{"error":"denied"}', "denied"],
  ["<html>Not here</html>", "<html>Not here</html>"],
  ['{"other":1}', '{"other":1}'],
  ["", ""],
])("throws the Engine's own message of %j", async (body, message) => {
  const address = await engine((_request, response) => response.writeHead(404).end(body));
  await expect(sendRequest(address, { method: "GET", path: "/" }, signal)).rejects.toMatchObject({
    name: "Error",
    status: 404,
    message,
  });
});

test("says so when a proxy drops the upgrade", async () => {
  const address = await engine((_request, response) => void response.writeHead(200).flushHeaders());
  const upgrading = sendUpgrade(address, { method: "POST", path: "/exec/1/start" }, signal);
  await expect(upgrading).rejects.toMatchObject({
    code: "upstream_unavailable",
    message: expect.stringMatching(/proxy/),
  });
});

test("a connection that is taken over after an upgrade starts with what came with it", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  server.on("upgrade", (_request, connection) => {
    connection.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nprompt>");
  });
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = { host: "127.0.0.1", port: String((server.address() as AddressInfo).port) };
  const request = { method: "POST", path: "/exec/1/start", body: { Tty: true } } as const;
  const stream = await sendUpgrade(address, request, signal);
  onTestFinished(() => void stream.destroy());
  const [chunk] = await once(stream, "data");
  expect(String(chunk)).toBe("prompt>");
});
