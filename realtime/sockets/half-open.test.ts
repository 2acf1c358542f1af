import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Principal } from "../../shared/protocol/access.ts";
import { silentLog } from "../../shared/server/log.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { createApiAuthenticator } from "../handshake/api-authenticator.ts";
import { createTestAuthenticator, EMIT_TOKEN, nextEvent, startRealtime, type TestRealtime } from "../testing.ts";
import { createSockets } from "./sockets.ts";

let realtime: TestRealtime;
beforeAll(async () => {
  realtime = await startRealtime();
});
afterEach(() => realtime.disconnectAll());
afterAll(() => realtime.stop());

const revoke = (body: object, at = realtime) =>
  fetch(`${at.url}/access/revoke`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${EMIT_TOKEN}` },
    body: JSON.stringify(body),
  });

/** The first half of a connection over polling; `join` completes it. */
async function shakeHands(token: string | undefined, at = realtime) {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const url = `${at.url}/socket.io/?EIO=4&transport=polling`;
  const answer = await fetch(url, { headers });
  const { sid = "" } = answer.ok ? JSON.parse((await answer.text()).slice(1)) : {};
  return {
    status: answer.status,
    join: async (namespace: string) => {
      await fetch(`${url}&sid=${sid}`, { method: "POST", headers, body: `40/${namespace},{}` });
      return (await fetch(`${url}&sid=${sid}`, { headers })).text();
    },
  };
}

test("a session that ends between the handshake and the first packet joins nothing", async () => {
  realtime.access.add("leaver");
  const { join } = await shakeHands("leaver");
  realtime.access.remove("leaver");
  await revoke({ sessionIds: ["session-of-leaver"] });
  const answer = await join("system");
  expect(answer).toContain("44/system,");
  expect(answer).toContain("unauthorized");
});

test("a role that is lowered between the handshake and the first packet counts", async () => {
  realtime.access.add("climber", { role: "operator" });
  const [files, system] = [await shakeHands("climber"), await shakeHands("climber")];
  realtime.access.add("climber", { role: "viewer" });
  await revoke({ principalIds: ["id-of-climber"] });
  expect(await files.join("files")).toContain("forbidden");
  expect(await system.join("system")).toContain("40/system,");
});

test("a response of the API that a revocation overtakes does not count", async () => {
  const access = createTestAuthenticator();
  const { promise: overtaken, resolve: arrive } = Promise.withResolvers<void>();
  let asked = 0;
  const slow = await startRealtime({
    authenticator: {
      ...access.authenticator,
      async authenticate(request) {
        const answer = access.authenticator.authenticate(request);
        if (asked++ === 0) await overtaken;
        return answer;
      },
    },
  });
  try {
    access.add("leaver");
    const socket = slow.connect("system", { token: "leaver" });
    const refused = nextEvent<Error & { data: { code: string } }>(socket, "connect_error");
    await eventually(() => expect(asked).toBe(1));
    access.remove("leaver");
    await revoke({ sessionIds: ["session-of-leaver"] }, slow);
    arrive();
    expect((await refused).data.code).toBe("unauthorized");
    expect(asked).toBe(2);
  } finally {
    await slow.stop();
  }
});

test("a pending request to the API is not shared with callers after a revocation", async () => {
  const held: (() => void)[] = [];
  const principal = await createTestAuthenticator().authenticator.authenticate({
    token: "admin",
    address: "",
    https: false,
  });
  const api = createServer((_request, response) => {
    held.push(() => response.end(JSON.stringify({ success: true, principals: [principal] })));
  }).listen(0, "127.0.0.1");
  await once(api, "listening");
  const { authenticate, outdate } = createApiAuthenticator(
    `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    EMIT_TOKEN,
  );
  const ask = () => authenticate({ token: "x", address: "", https: false });
  const before = [ask(), ask()];
  await eventually(() => expect(held).toHaveLength(1));
  outdate?.();
  const after = ask();
  await eventually(() => expect(held).toHaveLength(2));
  for (const answer of held) answer();
  await Promise.all([...before, after]);
  api.close();
  api.closeAllConnections();
});

test("connections of a session within a second share one response, until a revocation; a refusal is not shared", async () => {
  const principal = await createTestAuthenticator().authenticator.authenticate({
    token: "admin",
    address: "",
    https: false,
  });
  let asked = 0;
  let known: Principal | null = principal;
  const api = createServer((_request, response) => {
    asked++;
    response.end(JSON.stringify({ success: true, principals: [known] }));
  }).listen(0, "127.0.0.1");
  await once(api, "listening");
  let now = 0;
  const { authenticate, outdate } = createApiAuthenticator(
    `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    EMIT_TOKEN,
    () => now,
  );
  const ask = (token: string) => authenticate({ token, address: "", https: false });
  const askedAfter = async (token: string) => {
    await ask(token).catch(() => {});
    return asked;
  };
  expect(await askedAfter("x")).toBe(1);
  now = 999;
  expect(await askedAfter("x")).toBe(1);
  expect(await askedAfter("y")).toBe(2);
  now = 1_000;
  expect(await askedAfter("x")).toBe(3);
  outdate?.();
  expect(await askedAfter("x")).toBe(4);
  known = null;
  now = 3_000;
  await expect(ask("x")).rejects.toMatchObject({ code: "unauthorized" });
  expect(await askedAfter("x")).toBe(6);
  api.close();
  api.closeAllConnections();
});

test("clients that connect together share requests, each with the result of its own session", async () => {
  const principal = await createTestAuthenticator().authenticator.authenticate({
    token: "admin",
    address: "",
    https: false,
  });
  const sizes: number[] = [];
  const api = createServer(async (request, response) => {
    const { handshakes } = JSON.parse(await text(request)) as { handshakes: { cookie: string }[] };
    sizes.push(handshakes.length);
    const principals = handshakes.map(({ cookie }) => (cookie === "7" ? null : { ...principal, sessionId: cookie }));
    response.end(JSON.stringify({ success: true, principals }));
  }).listen(0, "127.0.0.1");
  await once(api, "listening");
  const { authenticate } = createApiAuthenticator(
    `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    EMIT_TOKEN,
  );
  const together = (cookies: string[]) =>
    Promise.all(
      cookies.map((cookie) =>
        authenticate({ cookie, address: "", https: false }).then(
          ({ sessionId }) => sessionId,
          ({ code }) => code,
        ),
      ),
    );
  const cookies = Array.from({ length: 70 }, (_, index) => String(index));
  expect(await together(cookies)).toEqual(cookies.with(7, "unauthorized"));
  expect(sizes).toEqual([32, 32, 6]);
  // Long cookies make more requests, so that the API reads each.
  const long = Array.from({ length: 20 }, (_, index) => `${index}${"x".repeat(16_000)}`);
  expect(await together(long)).toEqual(long);
  expect(sizes.slice(3)).toEqual([8, 8, 4]);
  api.close();
  api.closeAllConnections();
});

test("connections without a key yet can use half of the total, which they release", async () => {
  const small = await startRealtime({ caps: { total: 4, perSession: 4, perAddress: 4 } });
  try {
    const statuses = [];
    for (let count = 0; count < 3; count++) statuses.push((await shakeHands(undefined, small)).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await shakeHands("admin", small)).status).toBe(200);
    await eventually(async () => expect((await shakeHands(undefined, small)).status).toBe(200));
  } finally {
    await small.stop();
  }
});

test("a new connection does not reset the rate limit of its session", () => {
  const caps = { total: 4, perSession: 4, perAddress: 4 };
  const sockets = createSockets(caps, createTestAuthenticator().authenticator, silentLog());
  const drain = () => {
    let taken = 0;
    while (sockets.budgetOf("one").take()) taken++;
    return taken;
  };
  expect(drain()).toBeGreaterThan(1_000);
  expect(drain()).toBeLessThan(100);
  expect(sockets.budgetOf("other").take()).toBe(true);
  sockets.close();
});
