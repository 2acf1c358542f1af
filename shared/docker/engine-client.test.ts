import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { tempFolder } from "../testing/temp-folder.ts";
import { createEngineClient } from "./engine-client.ts";

const { signal } = new AbortController();

async function listen(respond?: RequestListener, host = "127.0.0.1") {
  const server = createServer(respond).listen(0, host);
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { server, client: createEngineClient(`tcp://${host.includes(":") ? `[${host}]` : host}:${port}`) };
}

const read = async (request: IncomingMessage) => Buffer.concat(await request.toArray()).toString();
const echo: RequestListener = async (request, response) => {
  const { method, url, headers } = request;
  response.end(JSON.stringify({ method, url, auth: headers["x-registry-auth"], body: await read(request) }));
};

test("sends defined query parameters, JSON and registry credentials", async () => {
  const { client } = await listen(echo);
  const query = { all: 1, filters: '{"label":["a b&c"]}', since: undefined };
  const { url } = (await client.call({ method: "GET", path: "/containers/json", query })) as { url: string };
  expect(Object.fromEntries(new URL(url, "http://engine").searchParams)).toEqual({ all: "1", filters: query.filters });
  const request = { method: "POST", path: "/x", body: { text: "é" }, registryAuth: "e30=" } as const;
  expect(await client.call(request)).toMatchObject({ method: "POST", auth: "e30=", body: '{"text":"é"}' });
});

test("reaches an Engine by an IPv6 address", async () => {
  const { client } = await listen(echo, "::1");
  expect(await client.call({ method: "GET", path: "/version" })).toMatchObject({ url: "/version" });
});

test.each([
  ['{"message":"no such container: web"}', "no such container: web"],
  ["<html>Not here</html>", "<html>Not here</html>"],
])("throws the Engine's own message of %j", async (body, message) => {
  const { client } = await listen((_request, response) => response.writeHead(404).end(body));
  await expect(client.call({ method: "GET", path: "/x" })).rejects.toMatchObject({ status: 404, message });
});

test("a connection that is taken over after an upgrade starts with what came with it", async () => {
  const { server, client } = await listen();
  server.on("upgrade", (_request, connection) => {
    connection.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nprompt>");
  });
  const stream = await client.hijack({ method: "POST", path: "/exec/1/start", body: { Tty: true } }, signal);
  onTestFinished(() => void stream.destroy());
  const [chunk] = await once(stream, "data");
  expect(String(chunk)).toBe("prompt>");
});

test("a socket that is gone after a response means a stopped Engine, and before one that none is installed", async () => {
  const folder = await tempFolder("engine-socket");
  onTestFinished(folder.remove);
  const socket = join(folder.path, "docker.sock");
  const client = createEngineClient(`unix://${socket}`);
  const ping = () => client.call({ method: "GET", path: "/_ping" });
  await expect(ping()).rejects.toMatchObject({ state: "absent" });
  const server = createServer((_request, response) => response.end("OK")).listen(socket);
  await once(server, "listening");
  expect(await ping()).toBe("OK");
  server.close(); // removes the socket
  await once(server, "close");
  await expect(ping()).rejects.toMatchObject({ state: "down" });
});
