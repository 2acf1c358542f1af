import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect as connectTcp } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { namespaceNames } from "../../shared/protocol/namespaces.ts";
import { eventually, HANG_MS } from "../../shared/testing/eventually.ts";
import { EMIT_TOKEN, nextEvent, PAGE_ORIGIN, startRealtime, type TestRealtime } from "../testing.ts";

let realtime: TestRealtime;
beforeAll(async () => {
  realtime = await startRealtime();
});
afterEach(() => realtime.disconnectAll());
afterAll(() => realtime.stop());

interface Answer {
  status: number;
  body: string;
  headers: IncomingHttpHeaders;
}

/** Sends a raw handshake with exactly the given headers. */
function shakeHands(
  transport: "polling" | "websocket",
  headers: Record<string, string>,
  query = "",
  { url = realtime.url, method = "GET", body = "" } = {},
): Promise<Answer> {
  const upgrade = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/socket.io/?EIO=4&transport=${transport}${query}`, {
      method,
      headers: { ...(transport === "websocket" ? upgrade : {}), ...headers },
    });
    sent.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve({ status: answer.statusCode ?? 0, body: "", headers: answer.headers });
    });
    sent.on("response", (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text) => (body += text));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body, headers: answer.headers }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

describe.each(["polling", "websocket"] as const)("a handshake over %s", (transport) => {
  const established = transport === "websocket" ? 101 : 200;
  const session = { Cookie: "ai-desktop=admin" };

  test("of a listed page with a session is admitted", async () => {
    expect((await shakeHands(transport, { Origin: PAGE_ORIGIN, ...session })).status).toBe(established);
  });

  test.each(["&sid=", "&sid=x&sid="])("with an empty sid (%s) is checked like any other", async (query) => {
    const wrong = { Origin: PAGE_ORIGIN, Cookie: "ai-desktop=wrong" };
    expect((await shakeHands(transport, wrong, query)).status).toBe(401);
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

  test("with a wrong session or a wrong key is refused with 401", async () => {
    for (const headers of [
      { Origin: PAGE_ORIGIN, Cookie: "ai-desktop=wrong" },
      { Authorization: "Bearer wrong" },
      { Authorization: "Bearer wrong", Origin: PAGE_ORIGIN, ...session },
      { Authorization: "Bearer two words" },
    ]) {
      expect((await shakeHands(transport, headers as Record<string, string>)).status, JSON.stringify(headers)).toBe(
        401,
      );
    }
  });

  test("without a session is unidentified, whatever its origin", async () => {
    const elsewhere = { Cookie: "route=node-1; theme=dark" };
    for (const headers of [
      {},
      elsewhere,
      { Origin: PAGE_ORIGIN, ...elsewhere },
      { Origin: "https://evil.example" },
      { Origin: "null" },
    ]) {
      expect((await shakeHands(transport, headers as Record<string, string>)).status, JSON.stringify(headers)).toBe(
        established,
      );
    }
  });

  test("with cookies of any kind from a foreign page is refused with 403", async () => {
    const headers = { Origin: "https://evil.example", Cookie: "theme=dark" };
    expect((await shakeHands(transport, headers)).status).toBe(403);
  });

  test("with a key in its header is judged by the key alone", async () => {
    for (const headers of [
      {},
      { Origin: "https://evil.example" },
      { Origin: "https://evil.example", Cookie: "ai-desktop=wrong" },
      { Cookie: "ai-desktop=wrong" },
    ]) {
      const key: Record<string, string> = { ...(headers as object), Authorization: "Bearer admin" };
      expect((await shakeHands(transport, key)).status, JSON.stringify(key)).toBe(established);
    }
  });

  test("asking for JSONP is refused with 403", async () => {
    for (const query of ["&j=0", "&j=", "&j=0&j=1"]) {
      const answer = await shakeHands(transport, { Origin: PAGE_ORIGIN, ...session }, query);
      expect(answer.status).toBe(403);
      expect(answer.body).not.toContain("___eio");
    }
  });

  test("that is refused has headers that keep its response from other pages", async () => {
    const answer = await shakeHands(transport, { Origin: "https://evil.example", ...session });
    expect(answer.headers["cross-origin-resource-policy"]).toBe("same-origin");
  });

  test.each(["evil.example", "127.0.0.1:1", "10.0.0.1:3007"])(
    "for the host %j is refused with 421, and no cookie is checked",
    async (host) => {
      const asked = realtime.access.asked;
      expect((await shakeHands(transport, { Host: host, Origin: PAGE_ORIGIN, ...session })).status).toBe(421);
      expect(realtime.access.asked).toBe(asked);
    },
  );

  test("calls the API once, however many namespaces follow", async () => {
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

describe("a session without an origin", () => {
  const session = { Cookie: "ai-desktop=admin" };
  const own = { "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" };

  test.each([
    ["of the panel's own page", own, 200],
    ["of a browser without such headers (plain http to an address)", {}, 200],
    ["of another page of the site", { ...own, "Sec-Fetch-Site": "same-site" }, 403],
    ["of a page of another site", { ...own, "Sec-Fetch-Site": "cross-site" }, 403],
    ["typed into the address bar", { ...own, "Sec-Fetch-Site": "none" }, 403],
    ["that names only its mode", { "Sec-Fetch-Mode": "cors" }, 403],
    ["that names two sites", { "Sec-Fetch-Site": "same-origin, cross-site" }, 403],
  ])("in a poll %s", async (_whose, headers, status) => {
    const answer = await shakeHands("polling", { ...session, ...(headers as Record<string, string>) });
    expect(answer.status).toBe(status);
    expect(answer.headers["cross-origin-resource-policy"]).toBe("same-origin");
    expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
  });

  test("is never enough for a WebSocket, whatever its query", async () => {
    expect((await shakeHands("websocket", { ...session, ...own })).status).toBe(403);
    expect((await shakeHands("websocket", session)).status).toBe(403);
    expect((await shakeHands("websocket", session, "&transport=polling")).status).toBe(403);
  });

  test("continues polling, and posts with its origin only", async () => {
    const first = await shakeHands("polling", { ...session, ...own });
    const { sid } = JSON.parse(first.body.slice(1));
    const post = (headers: Record<string, string>) =>
      shakeHands("polling", { ...session, ...own, ...headers }, `&sid=${sid}`, { method: "POST", body: "40/system," });
    expect((await post({})).status).toBe(403);
    expect((await post({ Origin: "https://evil.example" })).status).toBe(403);
    expect((await post({ Origin: PAGE_ORIGIN })).status).toBe(200);
    const poll = await shakeHands("polling", { ...session, ...own }, `&sid=${sid}`);
    expect(poll.body).toContain("40/system,");
    expect((await shakeHands("polling", { ...session, "Sec-Fetch-Site": "cross-site" }, `&sid=${sid}`)).status).toBe(
      403,
    );
    expect((await shakeHands("websocket", { ...session, ...own }, `&sid=${sid}`)).status).toBe(403);
  });
});

test("a CORS preflight request succeeds for listed pages only", async () => {
  const ask = (headers: Record<string, string>) => shakeHands("polling", headers, "", { method: "OPTIONS" });
  const question = { "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization" };
  const answer = await ask({ Origin: PAGE_ORIGIN, ...question });
  expect(answer.status).toBe(204);
  expect(answer.headers).toMatchObject({
    "access-control-allow-origin": PAGE_ORIGIN,
    "access-control-allow-credentials": "true",
    "access-control-allow-headers": "authorization",
  });
  const foreign = await ask({ Origin: "https://evil.example", ...question });
  expect(foreign.status).toBe(403);
  expect(foreign.headers).not.toHaveProperty("access-control-allow-origin");
  expect((await ask({})).status).toBe(405);
  expect((await ask({ Origin: PAGE_ORIGIN })).status).toBe(405);
});

describe.each(["polling", "websocket"] as const)("a key in the CONNECT packet over %s", (transport) => {
  test("counts alone if there is also a session, and later keys do not change the identity", async () => {
    realtime.access.add("viewer", { role: "viewer" });
    realtime.access.add("operator", { role: "operator" });
    const { io } = realtime.connect("", {
      transport,
      autoConnect: false,
      extraHeaders: { Cookie: "ai-desktop=admin", Origin: PAGE_ORIGIN },
    });
    const join = async (name: string, auth: object) => {
      const socket = io.socket(`/${name}`, { auth });
      socket.connect();
      const joined = nextEvent(socket, "connect").then(() => "joined");
      const refused = nextEvent<Error & { data: { code: string } }>(socket, "connect_error").then(
        ({ data }) => data.code,
      );
      for (const promise of [joined, refused]) promise.catch(() => {});
      return await Promise.race([joined, refused]);
    };
    try {
      expect(await join("files", { token: "viewer" })).toBe("forbidden");
      expect(await join("system", { token: "viewer" })).toBe("joined");
      expect(await join("mcp", { token: "operator" })).toBe("conflict");
      expect(await join("services", {})).toBe("joined");
    } finally {
      io._close();
    }
  });

  test("does not join a connection that a session has joined", async () => {
    const system = realtime.connect("system", {
      transport,
      token: null,
      extraHeaders: { Cookie: "ai-desktop=admin", Origin: PAGE_ORIGIN },
    });
    await nextEvent(system, "connect");
    const mcp = system.io.socket("/mcp", { auth: { token: "admin" } });
    const error = await nextEvent<Error & { data: { code: string } }>(mcp, "connect_error");
    expect(error.data.code).toBe("conflict");
    expect(system.connected).toBe(true);
  });

  test("is accepted with a foreign origin, from a program without cookies", async () => {
    const socket = realtime.connect("system", { transport, extraHeaders: { Origin: "http://somewhere.example:3007" } });
    await nextEvent(socket, "connect");
  });
});

describe("connections without an identity", () => {
  test("are given back by whatever ends without a connection", async () => {
    const narrow = await startRealtime({ caps: { total: 4, perSession: 4, perAddress: 50 } });
    try {
      const ask = (query: string, method = "GET", headers = {}) =>
        shakeHands("polling", headers, query, { url: narrow.url, method });
      for (let round = 0; round < 4; round++) {
        expect((await ask("", "OPTIONS")).status).toBe(405);
        expect((await ask("&EIO=3")).status).toBe(400);
        expect((await ask("&transport=none")).status).toBe(400);
        expect((await ask("", "POST")).status).toBe(400);
      }
      expect((await ask("")).status).toBe(200);
      expect((await ask("")).status).toBe(200);
      expect((await ask("")).status).toBe(429);
    } finally {
      await narrow.stop();
    }
  });
});

describe("connections of one address behind a proxy", () => {
  test.each([
    ["with a port each", (n: number) => `203.0.113.7:${40_000 + n}`, "203.0.113.8:1"],
    ["in one IPv6 /64", (n: number) => `[2001:db8:1:2::${n}]:443`, "2001:db8:1:3::1"],
    ["as IPv4 in IPv6", (n: number) => `[::ffff:203.0.113.7]:${n + 1}`, "203.0.113.8"],
  ])("are capped %s", async (_how, hop, other) => {
    const server = await startRealtime({ trustedProxies: ["127.0.0.1"], joinMs: HANG_MS });
    try {
      const from = (address: string) =>
        shakeHands("polling", { "X-Forwarded-For": address }, "", { url: server.url }).then(({ status }) => status);
      const statuses: number[] = [];
      for (let n = 0; n < 55; n++) statuses.push(await from(hop(n)));
      expect(statuses).toEqual([...Array(50).fill(200), ...Array(5).fill(429)]);
      expect(await from(other)).toBe(200);
    } finally {
      await server.stop();
    }
  });
});

test("a request without a host, with two hosts, or with an absolute target is refused", async () => {
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
  });
});

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

  test("loses its sockets at once; others keep theirs", async () => {
    realtime.access.add("leaver");
    const leaving = [
      realtime.connect("system", { token: "leaver" }),
      realtime.connect("mcp", { token: "leaver", transport: "polling" }),
    ];
    const staying = realtime.connect("system");
    await Promise.all([...leaving, staying].map((socket) => nextEvent(socket, "connect")));
    realtime.access.remove("leaver");
    const gone = leaving.map((socket) => nextEvent(socket, "disconnect"));
    const answer = await revoke({ sessionIds: ["session-of-leaver"] });
    expect(await answer.json()).toEqual({ success: true, cut: 2 });
    await Promise.all(gone);
    expect(staying.connected).toBe(true);
  });

  test("can also be revoked by its user's id, and only with the emit token", async () => {
    realtime.access.add("leaver");
    const socket = realtime.connect("system", { token: "leaver" });
    await nextEvent(socket, "connect");
    const unauthorized = await fetch(`${realtime.url}/access/revoke`, { method: "POST", body: "{}" });
    expect(unauthorized.status).toBe(401);
    realtime.access.remove("leaver");
    const gone = nextEvent(socket, "disconnect");
    await revoke({ principalIds: ["id-of-leaver"] });
    await gone;
  });

  test("loses its sockets with everybody else's, and a valid one connects again", async () => {
    realtime.access.add("leaver");
    const leaver = realtime.connect("system", { token: "leaver", reconnection: false });
    const stayer = realtime.connect("system", { reconnection: false });
    await Promise.all([leaver, stayer].map((socket) => nextEvent(socket, "connect")));
    realtime.access.remove("leaver");
    const gone = [leaver, stayer].map((socket) => nextEvent(socket, "disconnect"));
    expect(await (await revoke({ all: true })).json()).toMatchObject({ success: true });
    await Promise.all(gone);
    const refused = nextEvent(leaver, "connect_error");
    const back = nextEvent(stayer, "connect");
    leaver.connect();
    stayer.connect();
    await Promise.all([refused, back]);
    expect((await revoke({ all: false })).status).toBe(400);
  });

  test("by expiry also loses its sockets", async () => {
    realtime.access.add("brief", { expiresAt: Date.now() + 2_000 });
    const socket = realtime.connect("system", { token: "brief" });
    await nextEvent(socket, "connect");
    await nextEvent(socket, "disconnect");
  });
});

test("connections are limited per session and in total, and closed ones no longer count", async () => {
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
