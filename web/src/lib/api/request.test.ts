import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { ApiFailure, api, toMessage } from "../api.ts";
import { serverNow } from "../server-time.ts";
import { whenUnauthorized } from "./request.ts";

interface Seen {
  line: string;
  type: string | undefined;
  body: string;
}

let server: Server;
let seen: Seen[] = [];
let reply: { status: number; body: string; headers?: Record<string, string> };
let endedSessions = 0;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({ line: `${request.method} ${request.url}`, type: request.headers["content-type"], body });
    response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
    response.end(reply.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  vi.stubGlobal("window", { location: new URL("http://127.0.0.1:3005") });
  vi.stubGlobal("document", { querySelector: () => ({ content: `http://127.0.0.1:${port}/` }) });
  whenUnauthorized(() => endedSessions++);
});
afterAll(() => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen = [];
  endedSessions = 0;
  reply = { status: 200, body: JSON.stringify({ success: true }) };
});

const refuse = (status: number, code: string, more = {}) => {
  reply = { status, body: JSON.stringify({ success: false, error: "No.", code, ...more }) };
};
const caught = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

test("an answer comes without its envelope, and an id is one part of the path", async () => {
  reply.body = JSON.stringify({ success: true, deployment: { id: "a/b c" } });
  expect(await api.deployments.get("a/b c")).toEqual({ id: "a/b c" });
  expect(seen[0]?.line).toBe("GET /api/deployments/a%2Fb%20c");
});

test.each([3_600_000, -3_600_000, 0])("takes the present from the server, %d ms ahead", async (ahead) => {
  // A busy machine would take seconds between two looks at the clock.
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    reply.headers = { date: new Date(Date.now() + ahead).toUTCString() };
    await api.deployments.get("a");
    const learned = serverNow() - Date.now();
    expect(Math.abs(learned - ahead)).toBeLessThan(2_000);
    reply.headers = { date: "nonsense" };
    await api.deployments.get("a");
    expect(serverNow() - Date.now()).toBe(learned);
  } finally {
    vi.useRealTimers();
  }
});

test("a change is JSON even without a body, which no form of a foreign page can send", async () => {
  await api.services.act("web", "restart");
  await api.services.remove("web", { force: true });
  await api.files.rename("/a", "/b");
  expect(seen).toEqual([
    { line: "POST /api/services/web/restart", type: "application/json", body: "{}" },
    { line: "DELETE /api/services/web?force=true&volumes=false", type: "application/json", body: "" },
    { line: "POST /api/files/rename", type: "application/json", body: '{"from":"/a","to":"/b"}' },
  ]);
});

test("a refusal is thrown with its sentence, code and request id", async () => {
  refuse(409, "conflict", { requestId: "r1" });
  const error = await caught(api.services.act("web", "start"));
  expect(error).toBeInstanceOf(ApiFailure);
  expect(error).toMatchObject({ message: "No.", code: "conflict", status: 409, requestId: "r1" });
  expect(endedSessions).toBe(0);
});

test("reports the wait after a rejected sign-in, and that a second factor is needed", async () => {
  refuse(429, "rate_limited");
  reply.headers = { "retry-after": "30" };
  expect(await caught(api.session.begin({ username: "a", password: "b" }))).toMatchObject({ retryAfter: 30 });
  refuse(401, "unauthorized", { codeRequired: true });
  expect(await caught(api.session.begin({ username: "a", password: "b" }))).toMatchObject({ codeRequired: true });
  expect(endedSessions).toBe(0);
});

test("a 401 anywhere else means that the session is over", async () => {
  refuse(401, "unauthorized");
  expect(await caught(api.services.list())).toMatchObject({ code: "unauthorized" });
  expect(endedSessions).toBe(1);
});

test("what is no answer of the API is a failure too", async () => {
  reply = { status: 502, body: "<html>Bad gateway</html>" };
  expect(toMessage(await caught(api.services.list()))).toBe("The server responded with status 502.");
  reply = { status: 200, body: "<html>Welcome to the hotel</html>" };
  expect(await caught(api.services.list())).toBeInstanceOf(ApiFailure);
});

test("a read that the browser breaks off is sent again, a change is not", async () => {
  reply = { status: 200, body: JSON.stringify({ success: true, principal: null }) };
  const cut = vi.fn(() => true);
  const breakOff = (request: { socket: { destroy(): void } }) => void (cut() && request.socket.destroy());
  server.prependListener("request", breakOff);
  try {
    cut.mockReturnValueOnce(true).mockReturnValueOnce(true).mockReturnValue(false);
    expect(await api.session.get()).toBeNull();
    expect(cut).toHaveBeenCalledTimes(3);
    cut.mockReset().mockReturnValueOnce(true).mockReturnValue(false);
    expect(await caught(api.session.end())).toMatchObject({ code: "unreachable" });
    expect(cut).toHaveBeenCalledTimes(1);
  } finally {
    server.off("request", breakOff);
  }
});

test("a call that was given up ends as such, and a server that is gone as unreachable", async () => {
  const abort = new AbortController();
  abort.abort();
  expect(await caught(api.services.list(abort.signal))).toMatchObject({ name: "AbortError" });
  server.closeAllConnections();
  server.close();
  await once(server, "close");
  expect(await caught(api.services.list())).toMatchObject({ code: "unreachable" });
});
