import type { IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../shared/testing/eventually.ts";
import { startRealtime, type TestRealtime } from "../testing.ts";
import { ask, type OpenPacket, openPolling, openSocket } from "./raw-client.ts";

/**
 * Engine.IO, protocol version 4, against the server with its own limits and access rules: the cases of the protocol's public
 * test suite, rewritten, with a client that corrects nothing (https://socket.io/docs/v4/engine-io-protocol/).
 */
let server: TestRealtime;
beforeAll(async () => {
  server = await startRealtime();
});
afterAll(() => server.stop());

const openPacket = {
  sid: expect.stringMatching(/^[\w-]{20}$/),
  pingInterval: 25_000,
  pingTimeout: 20_000,
  maxPayload: 65_536,
};
const unknownSession = { status: 400, text: '{"code":1,"message":"Session ID unknown"}' };

describe("a handshake over long polling", () => {
  test("opens a session", async () => {
    const { answer, open } = await openPolling(server.url);
    expect(answer).toMatchObject({ status: 200, type: "text/plain; charset=UTF-8" });
    expect(answer.text[0]).toBe("0");
    expect(open).toEqual({ ...openPacket, upgrades: ["websocket"] });
  });

  test.each([
    ["no protocol version", "transport=polling", 5],
    ["an unknown protocol version", "EIO=abc&transport=polling", 5],
    ["the previous protocol version", "EIO=3&transport=polling", 5],
    ["no transport", "EIO=4", 0],
    ["an unknown transport", "EIO=4&transport=abc", 0],
    ["a session that does not exist", "EIO=4&transport=polling&sid=abc", 1],
  ])("refuses %s", async (_what, query, code) => {
    const { status, text } = await ask(server.url, query);
    expect([status, JSON.parse(text).code]).toEqual([400, code]);
  });

  test.each(["POST", "PUT", "DELETE"])("refuses the method %s", async (method) => {
    const { status, text } = await ask(server.url, "EIO=4&transport=polling", { method });
    expect([status, JSON.parse(text).code]).toEqual([400, 2]);
  });
});

describe("a handshake over WebSocket", () => {
  test("opens a session", async () => {
    const socket = openSocket(server.url);
    const frame = String(await socket.next());
    expect(JSON.parse(frame.slice(1))).toEqual({ ...openPacket, upgrades: [] });
    expect(frame[0]).toBe("0");
    socket.close();
  });

  test.each([
    "transport=websocket",
    "EIO=abc&transport=websocket",
    "EIO=3&transport=websocket",
    "EIO=4",
    "EIO=4&transport=abc",
    "EIO=4&transport=websocket&sid=abc",
  ])("refuses the query %s", async (query) => {
    expect(await openSocket(server.url, query).next()).toBe("closed");
  });
});

describe("messages over long polling", () => {
  test("carry one or several packets per request, in both directions", async () => {
    const session = await openPolling(server.url);
    expect(await session.post("40/system,\x1e40/files,\x1e40/mcp,")).toMatchObject({ status: 200, text: "ok" });
    let packets: string[] = [];
    while (packets.length < 3) packets = [...packets, ...(await session.poll()).text.split("\x1e")];
    expect(packets.map((packet) => packet.split(",")[0])).toEqual(["40/system", "40/files", "40/mcp"]);
  });

  test("carry binary data as base64", async () => {
    const session = await openPolling(server.url);
    await session.post("40/mcp,");
    expect((await session.poll()).text).toMatch(/^40\/mcp,/);
    await session.post('451-/mcp,7["join",{"_placeholder":true,"num":0}]\x1ebAQIDBA==');
    // Binary data is not a valid payload here: the event is refused, and the session continues.
    expect((await session.poll()).text).toMatch(/^43\/mcp,7\[\{"success":false,.*"code":"invalid_input"/);
    await session.post('42/mcp,8["leave",{"serverId":"x"}]');
    let answers = "";
    while (!answers.includes("43/mcp,8")) answers += (await session.poll()).text;
    expect(answers).toContain('43/mcp,8[{"success":true,"serverId":"x"}]');
  });

  test("end the session after an invalid packet", async () => {
    const session = await openPolling(server.url);
    await session.post("abc");
    expect(await session.poll()).toMatchObject(unknownSession);
  });

  test("end the session if two polls are open at the same time", async () => {
    const session = await openPolling(server.url);
    const first = session.poll();
    const second = await session.poll();
    expect([second.status, (await first).text]).toEqual([400, "1"]);
    expect(await session.poll()).toMatchObject(unknownSession);
  });

  test("end the session if a poll is cancelled", async () => {
    const session = await openPolling(server.url);
    const cancel = new AbortController();
    const arrived = new Promise<void>((resolve) => {
      const look = (request: IncomingMessage) => {
        if (request.method !== "GET" || !request.url?.includes(session.open.sid)) return;
        server.http.off("request", look);
        resolve();
      };
      server.http.on("request", look);
    });
    const poll = session.poll(cancel.signal);
    await arrived;
    cancel.abort();
    await expect(poll).rejects.toThrow("aborted");
    await eventually(async () => expect(await session.post("6")).toMatchObject(unknownSession));
  });

  test("are refused beyond the announced size, and end nothing else", async () => {
    const session = await openPolling(server.url);
    expect((await session.post(`4${"x".repeat(session.open.maxPayload)}`)).status).toBe(413);
  });

  test("end the session by a close packet, and release the open poll", async () => {
    const session = await openPolling(server.url);
    const poll = session.poll();
    expect((await session.post("1")).status).toBe(200);
    expect((await poll).text).toBe("6");
    expect(await session.poll()).toMatchObject(unknownSession);
  });
});

describe("messages over WebSocket", () => {
  test("carry text and binary data", async () => {
    const socket = openSocket(server.url);
    await socket.next();
    socket.send("40/mcp,");
    expect(await socket.next()).toMatch(/^40\/mcp,/);
    socket.send('451-/mcp,7["join",{"_placeholder":true,"num":0}]');
    socket.send(Buffer.from([1, 2, 3, 4]));
    expect(await socket.next()).toMatch(/^43\/mcp,7\[\{"success":false,.*"code":"invalid_input"/);
    socket.close();
  });

  test.each(["abc", "9", "2"])("end the connection at the packet %j", async (packet) => {
    const socket = openSocket(server.url);
    await socket.next();
    socket.send(packet);
    expect(await socket.next()).toBe("closed");
  });

  test("end the connection beyond the announced size", async () => {
    const socket = openSocket(server.url);
    const { maxPayload } = JSON.parse(String(await socket.next()).slice(1)) as OpenPacket;
    socket.send(`4${"x".repeat(maxPayload)}`);
    expect(await socket.next()).toBe("closed");
  });
});

describe("an upgrade from long polling to WebSocket", () => {
  const upgrade = async () => {
    const session = await openPolling(server.url);
    const socket = openSocket(server.url, `EIO=4&transport=websocket&sid=${session.open.sid}`);
    await socket.opened;
    socket.send("2probe");
    expect(await socket.next()).toBe("3probe");
    socket.send("5");
    return { session, socket };
  };

  test("continues with the same session", async () => {
    const { socket } = await upgrade();
    socket.send("40/system,");
    expect(await socket.next()).toMatch(/^40\/system,\{"sid":/);
    socket.close();
  });

  test("releases a poll that is open", async () => {
    const session = await openPolling(server.url);
    const poll = session.poll();
    const socket = openSocket(server.url, `EIO=4&transport=websocket&sid=${session.open.sid}`);
    await socket.opened;
    socket.send("2probe");
    expect(await socket.next()).toBe("3probe");
    expect((await poll).text).toBe("6");
    socket.close();
  });

  test("allows neither a return to polling nor a second WebSocket", async () => {
    const { session, socket } = await upgrade();
    socket.send("40/system,");
    await socket.next();
    expect((await session.poll()).status).toBe(400);
    const second = openSocket(server.url, `EIO=4&transport=websocket&sid=${session.open.sid}`);
    expect(await second.next()).toBe("closed");
    socket.send("40/files,");
    expect(await socket.next()).toMatch(/^40\/files,/);
    socket.close();
  });
});

describe("the heartbeat", () => {
  // The same server with a faster heartbeat; the default is tested above.
  let quick: TestRealtime;
  beforeAll(async () => {
    quick = await startRealtime({ heartbeat: { intervalMs: 500, timeoutMs: 8_000 } });
  });
  afterAll(() => quick.stop());

  /** Joins a namespace, since a connection without one is closed after five seconds. */
  const joinedSocket = async () => {
    const socket = openSocket(quick.url);
    await socket.next();
    socket.send("40/system,");
    let frame = await socket.next();
    while (frame === "2") frame = await socket.next();
    return socket;
  };
  const joinedPolling = async () => {
    const session = await openPolling(quick.url);
    await session.post("40/system,");
    return session;
  };

  test("pings repeatedly, and continues after each pong", async () => {
    const [socket, session] = [await joinedSocket(), await joinedPolling()];
    for (let beat = 0; beat < 3; beat++) {
      expect(await socket.next()).toBe("2");
      socket.send("3");
      let packets: string[] = [];
      while (!packets.includes("2")) packets = [...packets, ...(await session.poll()).text.split("\x1e")];
      await session.post("3");
    }
    socket.close();
    await session.post("1");
  });

  test("ends a session without a pong in time", async () => {
    const [socket, session] = [await joinedSocket(), await joinedPolling()];
    let last = await socket.next();
    while (last === "2") last = await socket.next();
    expect(last).toBe("closed");
    await eventually(async () => expect(await session.poll()).toMatchObject(unknownSession));
  });
});
