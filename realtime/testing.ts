import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Manager, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import { createDockerHost } from "../shared/docker/docker-host.ts";
import { createFileRoot } from "../shared/files/root/files.ts";
import { watchFolder } from "../shared/files/watching/watcher.ts";
import { createHostMetrics } from "../shared/metrics/metrics.ts";
import { createProcesses } from "../shared/pm2/daemons.ts";
import type { Principal } from "../shared/protocol/access.ts";
import type { StreamState } from "../shared/protocol/events/services.ts";
import type { NamespaceName } from "../shared/protocol/namespaces.ts";
import { AppError } from "../shared/server/errors.ts";
import { createOriginPolicy } from "../shared/server/http/origin-policy.ts";
import { silentLog } from "../shared/server/log.ts";
import { eventually, HANG_MS } from "../shared/testing/eventually.ts";
import { DOCKER_SOCKET } from "../shared/testing/parts.ts";
import { tempFolder } from "../shared/testing/temp-folder.ts";
import type { Authenticator, RealtimeDeps } from "./deps.ts";
import { createRealtimeServer, type RealtimeServer } from "./listener.ts";

export const EMIT_TOKEN = "an-emit-token-for-tests-long-enough";
export const PAGE_ORIGIN = "http://panel.test:3005";

/** Stands in for the API: finds principals by key and cookie; they can be removed. */
export function createTestAuthenticator() {
  const principals = new Map<string, Principal>();
  const hiddenJobs = new Set<string>();
  let asked = 0;
  const add = (token: string, principal: Partial<Principal> = {}): Principal => {
    const full: Principal = {
      kind: "key",
      id: `id-of-${token}`,
      name: token,
      role: "admin",
      limits: { services: null, deployments: null },
      scopes: null,
      sessionId: `session-of-${token}`,
      expiresAt: Date.now() + 3_600_000,
      monitor: (principal.role ?? "admin") === "admin",
      ...principal,
    };
    principals.set(token, full);
    return full;
  };
  add("admin");
  const authenticator: Authenticator = {
    async authenticate({ cookie, token }) {
      asked++;
      const principal = principals.get(token ?? /(?:^|; )ai-desktop=([^;]+)/.exec(cookie ?? "")?.[1] ?? "");
      if (!principal) throw new AppError("unauthorized", "Log in first.");
      return principal;
    },
    seesJob: async (_principal, jobId) => !hiddenJobs.has(jobId),
    async stillValid(sessionIds) {
      const valid = new Set([...principals.values()].map(({ sessionId }) => sessionId));
      return new Set(sessionIds.filter((sessionId) => valid.has(sessionId)));
    },
  };
  return {
    authenticator,
    add,
    remove: (token: string) => void principals.delete(token),
    /** Jobs that no principal may follow. */
    hiddenJobs,
    /** Number of handshake requests to the API. */
    get asked() {
      return asked;
    },
  };
}

export type Transport = "websocket" | "polling";

export interface TestRealtime extends RealtimeServer {
  url: string;
  fileRoot: string;
  access: ReturnType<typeof createTestAuthenticator>;
  /** Creates a real client of one namespace on its own connection; not connected yet if `autoConnect` is false. */
  connect(namespace: NamespaceName | "", options?: ConnectOptions): Socket;
  emit(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Disconnects all clients, and resolves when no upstream is open any more. */
  disconnectAll(): Promise<void>;
  /** Stops clients and server, and deletes the files. */
  stop(): Promise<void>;
}

export interface ConnectOptions extends Partial<ManagerOptions & SocketOptions> {
  transport?: Transport;
  /** API key; default `admin`; null for none. */
  token?: string | null;
}

/** Starts a realtime server on a free port with the machine's real Engine, PM2 and files. */
export async function startRealtime(
  overrides: Partial<RealtimeDeps> & { pm2Home?: string; dockerHost?: string; root?: string } = {},
): Promise<TestRealtime> {
  const folder = await tempFolder("realtime");
  const root = overrides.root ?? folder.path;
  const access = createTestAuthenticator();
  const log = silentLog();
  const hosts = new Set<string>();
  const policy = createOriginPolicy([PAGE_ORIGIN], []);
  const server = createRealtimeServer({
    // A busy Engine or daemon takes longer than a person would wait. An Engine of the test's own has the limits of the product.
    docker: createDockerHost(
      overrides.dockerHost
        ? { dockerHost: overrides.dockerHost }
        : { dockerHost: `unix://${DOCKER_SOCKET}`, callLimitMs: HANG_MS },
    ),
    processes: createProcesses({ pm2Home: overrides.pm2Home ?? folder.path, callLimitMs: HANG_MS }),
    metrics: createHostMetrics(),
    files: createFileRoot({ root, log }),
    watchFolder,
    authenticator: access.authenticator,
    originPolicy: { ...policy, allowsHost: (host) => hosts.has(host ?? "") || policy.allowsHost(host) },
    trustedProxies: [],
    caps: { total: 2_000, perSession: 2_000, perAddress: 50 },
    emitToken: EMIT_TOKEN,
    lingerMs: 200,
    log,
    ...overrides,
  });
  server.http.listen(0, "127.0.0.1");
  await once(server.http, "listening");
  const { port } = server.http.address() as AddressInfo;
  hosts.add(`127.0.0.1:${port}`).add(`localhost:${port}`);
  const url = `http://127.0.0.1:${port}`;
  const clients = new Set<Socket>();
  return {
    ...server,
    url,
    fileRoot: root,
    access,
    connect(namespace, { transport = "websocket", token = "admin", ...options } = {}) {
      const socket = openClient(url, namespace, { transport, token, ...options });
      clients.add(socket);
      return socket;
    },
    emit: (body, headers = {}) =>
      fetch(`${url}/emit`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${EMIT_TOKEN}`, ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    async disconnectAll() {
      for (const client of clients) client.disconnect();
      clients.clear();
      await eventually(() => server.realtime.health().activeStreams === 0);
    },
    async stop() {
      for (const client of clients) client.disconnect();
      await server.close();
      await folder.remove();
    },
  };
}

/** Creates a real client of one namespace with its own connection. */
export function openClient(
  url: string,
  namespace: NamespaceName | "",
  { transport = "websocket", token = "admin", ...options }: ConnectOptions = {},
): Socket {
  const manager = new Manager(url, { transports: [transport], forceNew: true, reconnectionDelay: 50, ...options });
  return manager.socket(`/${namespace}`, { auth: token === null ? {} : { token } });
}

/** Resolves with the payload of the next event with the name; rejects after `limitMs`. */
export function nextEvent<T = Record<string, unknown>>(socket: Socket, event: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.off(event, take);
      reject(new Error(`no ${event} within ${HANG_MS} ms`));
    }, HANG_MS);
    const take = (payload: T) => {
      clearTimeout(timer);
      resolve(payload);
    };
    socket.once(event, take);
  });
}

export interface LogReader {
  /** Received lines, without their newlines. */
  lines: string[];
  cursor: string | undefined;
  gaps: { from: string | null; to: string | null; reason: string }[];
  closed: { code: string; exitCode?: number }[];
  states: string[];
  events: number;
}

/** Collects the log events that a client receives. */
export function readLogs(socket: Socket): LogReader {
  const reader: LogReader = { lines: [], cursor: undefined, gaps: [], closed: [], states: [], events: 0 };
  socket.on("logs", ({ data, cursor }: { data: string; cursor: string }) => {
    reader.events++;
    reader.cursor = cursor;
    reader.lines.push(...data.split("\n").slice(0, -1));
  });
  socket.on("gap", (gap) => reader.gaps.push(gap));
  socket.on("stream:closed", (closed) => reader.closed.push(closed));
  socket.on("stream:state", ({ state }: { state: string }) => reader.states.push(state));
  return reader;
}

/** Subscribes to a log, again if its source does not respond in time on a busy machine, as the web app does. */
export async function subscribeLogs(socket: Socket, payload: Record<string, unknown>): Promise<void> {
  const { id } = socket;
  await eventually(async () => {
    if (socket.id !== id) return; // another connection by now, with a subscription of its own
    const answer = await socket.emitWithAck("subscribe:logs", payload);
    if (!answer.success) throw new Error(JSON.stringify(answer));
  }, 500);
}

/** Everything that a viewer of a log receives, in order. */
export interface LogStory {
  /** Lines unchanged, ends and starts in angle brackets: `<exited 3>`, `<exited ?2>` (unknown codes), `<restarted>`. */
  received: string[];
  /** Start times of the announced runs, if known. */
  starts: string[];
  cursor: string | undefined;
  /** Cursor after the newest lines. */
  timestamp: string | undefined;
  gaps: string[];
}

/** Collects lines, ends and starts of a log. */
export function readStory(socket: Socket): LogStory {
  const story: LogStory = { received: [], starts: [], cursor: undefined, timestamp: undefined, gaps: [] };
  const note = (cursor?: string) => {
    if (cursor !== undefined) story.cursor = cursor;
  };
  socket.on("logs", ({ data, cursor, timestamp }: { data: string; cursor: string; timestamp: string }) => {
    story.received.push(...data.split("\n").slice(0, -1));
    story.timestamp = timestamp;
    note(cursor);
  });
  socket.on("stream:closed", ({ code, exitCode, unknownEnds, cursor }) => {
    const words = [code, exitCode, unknownEnds === undefined ? undefined : `?${unknownEnds}`];
    story.received.push(`<${words.filter((word) => word !== undefined).join(" ")}>`);
    note(cursor);
  });
  socket.on("stream:state", ({ state, startedAt, cursor }: StreamState) => {
    // A busy Engine can be unavailable for a moment.
    if (state === "restarted") story.received.push(`<${state}>`);
    if (startedAt !== undefined) story.starts.push(startedAt);
    note(cursor);
  });
  socket.on("gap", ({ reason }: { reason: string }) => story.gaps.push(reason));
  return story;
}
