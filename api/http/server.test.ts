import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually, HANG_MS } from "../../shared/testing/eventually.ts";
import { createHttpServer, type HttpServer, type SlowSenderLimits } from "./server.ts";

let server: HttpServer;
let port: number;
const sockets: Socket[] = [];
const serve = async (limits: SlowSenderLimits) => {
  server = createHttpServer(async (request) => {
    if (new URL(request.url).pathname === "/health") return new Response("well");
    return new Response(await request.text());
  }, limits);
  port = await server.listen(0, "127.0.0.1");
};
beforeEach(() => serve({ headersMs: 2_000, bodyMs: 3_000, checkMs: 500 }));
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

/** Opens a connection, sends the beginning, then two bytes a second for ever. */
async function dribble(beginning: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(beginning);
  const timer = setInterval(() => socket.write("a"), 500);
  socket.on("close", () => clearInterval(timer));
  socket.resume();
  return socket;
}

const health = async () => (await fetch(`http://127.0.0.1:${port}/health`)).text();

describe("slow senders", () => {
  const senders = () => {
    const headers = Array.from({ length: 250 }, () => dribble("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "));
    const body =
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n";
    const bodies = Array.from({ length: 250 }, () => dribble(body));
    return Promise.all([...headers, ...bodies]);
  };

  test("are cut off while they send headers or bodies", async () => {
    const all = await senders();
    await eventually(() => all.every((socket) => socket.destroyed), 100);
  });

  test("delay no other request", async () => {
    await server.close();
    // None of them is cut off before the other requests.
    await serve({ headersMs: HANG_MS, bodyMs: HANG_MS, checkMs: 500 });
    const all = await senders();
    for (let round = 0; round < 3; round++) expect(await health()).toBe("well");
    expect(all.every((socket) => !socket.destroyed)).toBe(true); // the responses came while they still sent
  });

  test.each(["GET", "HEAD"])("of a body that %s has no use for are answered and cut off", async (method) => {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    let response = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      response += text;
    });
    socket.on("error", () => undefined);
    const head = `${method} /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\na`;
    socket.write(head);
    await once(socket, "close"); // not one byte more was sent
    expect(response).toMatch(/^HTTP\/1\.1 200 /);
    expect(response.toLowerCase()).toContain("connection: close");
  });

  test("of a chunked body are cut off while GET is still being answered, on the path of uploads too", async () => {
    const slow = createHttpServer(() => new Promise<Response>(() => undefined), {
      headersMs: 2_000,
      bodyMs: 500,
      checkMs: 500,
    });
    const socket = connect(await slow.listen(0, "127.0.0.1"), "127.0.0.1");
    sockets.push(socket);
    socket.on("error", () => undefined).resume();
    socket.write("GET /api/files/upload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
    await once(socket, "close");
    await slow.close();
  });

  test("of an upload may continue", async () => {
    const upload = "PUT /api/files/upload?path=/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n";
    const long = await dribble(upload);
    const short = await dribble(upload.replace("/api/files/upload", "/api/files/text"));
    await eventually(() => short.destroyed, 100);
    expect(long.destroyed).toBe(false);
  });
});

describe("malformed requests", () => {
  test.each([
    ["both lengths", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"],
    ["a folded header", "X-A: 1\r\n  folded: 2\r\n\r\n"],
    ["a bare line feed", "X-A: 1\nX-B: 2\r\n\r\n"],
  ])("with %s are refused and closed", async (_, rest) => {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    let answer = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
    });
    socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\n${rest}`);
    await once(socket, "close");
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});

test("finishes responses under way at shutdown, and ends idle connections", async () => {
  let release: (text: string) => void = () => undefined;
  const slow = createHttpServer(async () => new Response(await new Promise<string>((resolve) => (release = resolve))));
  const slowPort = await slow.listen(0, "127.0.0.1");
  const idle = connect(slowPort, "127.0.0.1");
  sockets.push(idle);
  await once(idle, "connect");
  let arrived = false;
  slow.http.once("request", () => (arrived = true));
  const answer = fetch(`http://127.0.0.1:${slowPort}/`).then((response) => response.text());
  await eventually(() => arrived);
  const closed = slow.close();
  release("done");
  expect(await answer).toBe("done");
  await closed;
  expect(slow.http.listening).toBe(false);
});
