import { once } from "node:events";
import { request } from "node:http";
import { connect as connectTcp } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { namespaceNames } from "../shared/protocol/namespaces.ts";
import { eventually } from "../shared/testing/eventually.ts";
import { EMIT_TOKEN, nextEvent, PAGE_ORIGIN, startRealtime, type TestRealtime } from "./testing.ts";

let realtime: TestRealtime;
beforeAll(async () => {
  realtime = await startRealtime();
});
afterEach(() => realtime.disconnectAll());
afterAll(() => realtime.stop());

interface Answer {
  status: number;
  body: string;
}

/** A handshake by hand: headers exactly as given, nothing added by a client library. */
function shakeHands(transport: "polling" | "websocket", headers: Record<string, string>, query = ""): Promise<Answer> {
  const upgrade = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${realtime.url}/socket.io/?EIO=4&transport=${transport}${query}`, {
      headers: { ...(transport === "websocket" ? upgrade : {}), ...headers },
    });
    sent.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve({ status: answer.statusCode ?? 0, body: "" });
    });
    sent.on("response", (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text) => (body += text));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe.each(["polling", "websocket"] as const)("a handshake over %s", (transport) => {
  const established = transport === "websocket" ? 101 : 200;
  const session = { Cookie: "session=admin" };

  test("of a listed page with a session is let in", async () => {
    expect((await shakeHands(transport, { Origin: PAGE_ORIGIN, ...session })).status).toBe(established);
  });

  test.each(["&sid=", "&sid=x&sid="])("with an empty sid (%s) is checked like any other", async (query) => {
    expect((await shakeHands(transport, { Origin: PAGE_ORIGIN }, query)).status).toBe(401);
  });

  test.each([
    "https://evil.example",
    "null",
    `${PAGE_ORIGIN}.evil.example`,
    PAGE_ORIGIN.replace("http:", "https:"),
    PAGE_ORIGIN.replace("3005", "3999"),
    PAGE_ORIGIN.toUpperCase(),
  ])("from the origin %s is refused with 403 before there is a sid", async (origin) => {
    const answer = await shakeHands(transport, { Origin: origin, ...session });
    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain("sid");
  });

  test("with a session and without an origin is refused, with an API key it is let in", async () => {
    expect((await shakeHands(transport, session)).status).toBe(403);
    expect((await shakeHands(transport, { Authorization: "Bearer admin" })).status).toBe(established);
  });

  test("of a page without a session, or with a wrong one, is refused with 401", async () => {
    expect((await shakeHands(transport, { Origin: PAGE_ORIGIN })).status).toBe(401);
    expect((await shakeHands(transport, { Origin: PAGE_ORIGIN, Cookie: "session=wrong" })).status).toBe(401);
    expect((await shakeHands(transport, { Authorization: "Bearer wrong" })).status).toBe(401);
  });

  test.each(["evil.example", "127.0.0.1:1", "10.0.0.1:3007"])(
    "for the host %j is refused with 421, and no cookie is looked up",
    async (host) => {
      const asked = realtime.access.asked;
      expect((await shakeHands(transport, { Host: host, Origin: PAGE_ORIGIN, ...session })).status).toBe(421);
      expect(realtime.access.asked).toBe(asked);
    },
  );

  test("asks the API once, however many namespaces follow", async () => {
    const asked = realtime.access.asked;
    const system = realtime.connect("system", { transport });
    const { io } = system;
    const others = (["services", "mcp", "files"] as const).map((name) =>
      io.socket(`/${name}`, { auth: { token: "admin" } }),
    );
    await Promise.all([system, ...others].map((socket) => nextEvent(socket, "connect")));
    expect(realtime.access.asked).toBe(asked + 1);
  });

  test.each(["", "ghost", ...namespaceNames] as const)("without a valid key does not join /%s", async (name) => {
    for (const auth of [{}, { token: "wrong" }, { token: { a: 1 } }, { token: "x".repeat(10_000) }]) {
      const socket = realtime.connect(name as "system", {
        transport,
        token: null,
        autoConnect: false,
        query: { token: "admin" },
      });
      socket.auth = auth;
      socket.connect();
      const error = await nextEvent<Error>(socket, "connect_error");
      expect(error.message).toMatch(/Log in first|no such namespace|Invalid namespace/);
      socket.disconnect();
    }
  });
});

test("no host, two hosts, or a target with a host of its own, are refused", async () => {
  const { port, hostname } = new URL(realtime.url);
  const ask = async (head: string) => {
    const socket = connectTcp({ port: Number(port), host: hostname });
    socket.write(head);
    const [data] = await once(socket, "data");
    socket.destroy();
    return String(data).split("\r\n")[0];
  };
  const own = `Host: ${hostname}:${port}`;
  for (const head of ["GET /health", "GET /metrics", "POST /emit", "POST /access/revoke"]) {
    expect(await ask(`${head} HTTP/1.1\r\n${own}\r\n${own}\r\n\r\n`), head).toMatch(/ 4(00|21) /);
    expect(await ask(`${head} HTTP/1.1\r\nHost: ${hostname}.:${port}\r\n\r\n`), head).toMatch(/ 421 /);
    const [method, path] = head.split(" ");
    expect(await ask(`${method} http://evil.example${path} HTTP/1.1\r\n${own}\r\n\r\n`), head).toMatch(/ 421 /);
  }
  expect(await ask(`GET /health HTTP/1.1\r\n${own}\r\nHost: evil.example\r\n\r\n`)).toMatch(/ 4(00|21) /);
  expect(await ask("GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost:\r\n\r\n")).toMatch(/ 4(00|21) /);
  expect(await ask(`GET http://evil.example/socket.io/?EIO=4&transport=polling HTTP/1.1\r\n${own}\r\n\r\n`)).toMatch(
    / 4(04|21) /,
  );
});

test("a connection that joins no namespace is closed", async () => {
  const answer = await shakeHands("polling", { Authorization: "Bearer admin" });
  const { sid } = JSON.parse(answer.body.slice(1));
  await eventually(async () => {
    const poll = await fetch(`${realtime.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, {
      headers: { Authorization: "Bearer admin" },
    });
    expect(poll.status).toBe(400);
  }, 8_000);
}, 15_000);

test("a viewer does not join the namespace of files", async () => {
  realtime.access.add("viewer", { role: "viewer" });
  const socket = realtime.connect("files", { token: "viewer" });
  const error = await nextEvent<Error & { data: { code: string } }>(socket, "connect_error");
  expect(error.data.code).toBe("forbidden");
});

describe("a session that ends", () => {
  const revoke = (body: object) =>
    fetch(`${realtime.url}/access/revoke`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${EMIT_TOKEN}` },
      body: JSON.stringify(body),
    });

  test("loses its sockets at once, others keep theirs", async () => {
    realtime.access.add("leaver");
    const leaving = [
      realtime.connect("system", { token: "leaver" }),
      realtime.connect("mcp", { token: "leaver", transport: "polling" }),
    ];
    const staying = realtime.connect("system");
    await Promise.all([...leaving, staying].map((socket) => nextEvent(socket, "connect")));
    realtime.access.remove("leaver");
    const gone = leaving.map((socket) => nextEvent(socket, "disconnect", 1_000));
    const answer = await revoke({ sessionIds: ["session-of-leaver"] });
    expect(await answer.json()).toEqual({ success: true, cut: 2 });
    await Promise.all(gone);
    expect(staying.connected).toBe(true);
  });

  test("can be named by its user too, and by nobody without the emit token", async () => {
    realtime.access.add("leaver");
    const socket = realtime.connect("system", { token: "leaver" });
    await nextEvent(socket, "connect");
    const unauthorized = await fetch(`${realtime.url}/access/revoke`, { method: "POST", body: "{}" });
    expect(unauthorized.status).toBe(401);
    realtime.access.remove("leaver");
    const gone = nextEvent(socket, "disconnect", 1_000);
    await revoke({ principalIds: ["id-of-leaver"] });
    await gone;
  });

  test("by its expiry loses its sockets too", async () => {
    realtime.access.add("brief", { expiresAt: Date.now() + 400 });
    const socket = realtime.connect("system", { token: "brief" });
    await nextEvent(socket, "connect");
    await nextEvent(socket, "disconnect", 2_000);
  });
});

test("connections are capped by session and in all, and places are given back", async () => {
  const capped = await startRealtime({ caps: { total: 6, perSession: 3, perAddress: 50 } });
  try {
    const open = async (token: string) => {
      const socket = capped.connect("system", { token, reconnection: false });
      const connected = nextEvent(socket, "connect").then(() => true);
      const refused = nextEvent(socket, "connect_error").then(() => false);
      const result = await Promise.race([connected, refused]);
      for (const promise of [connected, refused]) promise.catch(() => {});
      return result ? socket : undefined;
    };
    capped.access.add("other");
    const mine = [await open("admin"), await open("admin"), await open("admin")];
    expect(mine).not.toContain(undefined);
    expect(await open("admin")).toBeUndefined();
    expect(await open("other")).toBeDefined();
    mine[0]?.disconnect();
    await eventually(async () => (await open("admin")) !== undefined);
  } finally {
    await capped.stop();
  }
});
