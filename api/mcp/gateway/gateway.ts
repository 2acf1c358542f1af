import { randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import type { Principal } from "../../../shared/protocol/access.ts";
import type {
  ChangeGateway,
  ChangeGatewayClient,
  ChangeGatewayServer,
  GatewayItem,
  Gateway as GatewayView,
} from "../../../shared/protocol/mcp-gateway.ts";
import { MCP_GATEWAY_PATH } from "../../../shared/protocol/mcp-gateway-limits.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { Access } from "../../access/access.ts";
import type { RealtimeClient } from "../../events/realtime-client.ts";
import { createRateLimit, type RateLimit } from "../../http/rate-limits.ts";
import type { McpHost } from "../host/host.ts";
import type { Json } from "../json.ts";
import { type CallRegister, createCallRegister } from "./calls.ts";
import { createExposed } from "./exposed-servers.ts";
import { toGatewayItem } from "./exposure.ts";
import { errorCodes, errorMessage, type Message, RpcError } from "./json-rpc.ts";
import { messages } from "./messages.ts";
import { createMethods } from "./methods.ts";
import { prefixesOf } from "./names.ts";
import { createPassThrough } from "./pass-through.ts";
import { mayUseGateway } from "./right.ts";
import { Session } from "./session.ts";
import { createGatewayStore } from "./store.ts";
import { createSubscriptions } from "./subscriptions.ts";

/** Revisions of the protocol over Streamable HTTP, latest first. */
export const REVISIONS = ["2025-11-25", "2025-06-18", "2025-03-26"] as const;

const MAX_SESSIONS = 1_000;
const MAX_SESSIONS_OF_KEY = 200;
/** A session without requests and without an open stream ends after this time. */
const IDLE_MS = 30 * 60_000;
const SWEEP_MS = 60_000;
/** Requests of a key, such as lists, for each call that its limit allows. */
const REQUESTS_PER_CALL = 10;
const MINUTE_SECONDS = 60;

export interface GatewayDeps {
  database: DatabaseSync;
  mcp: McpHost;
  access: Pick<Access, "liveRights" | "current" | "keys" | "users">;
  realtime: Pick<RealtimeClient, "emitToWS">;
  log: Log;
  version: string;
}

/** The address through which programs reach MCP servers by an API key. */
export interface McpGateway {
  view(): GatewayView;
  items(): Promise<GatewayItem[]>;
  calls: Pick<CallRegister, "latest" | "find" | "stop">;
  change(settings: ChangeGateway): void;
  changeServer(serverId: string, settings: ChangeGatewayServer): void;
  /** Ends the sessions of the key: its next one has the new limits. */
  changeClient(keyId: string, settings: ChangeGatewayClient): void;
  endSessions(keyId: string): number;
  /** Counts a request. @throws AppError `not_found` while the gateway is off, `rate_limited` */
  admit(keyId: string): Promise<void>;
  /** Opens a session. @throws RpcError for invalid params, AppError */
  open(principal: Principal, params: Json): Promise<{ session: Session; result: Json }>;
  /** A session of this key; undefined for an unknown id or that of another key. */
  session(id: string, keyId: string): Session | undefined;
  /** Runs a request and returns the text of its response. Never rejects. */
  respond(session: Session, message: Message, send: (message: object) => boolean): Promise<string>;
  /** Takes a notification or a response of the client. */
  take(session: Session, message: Message): void;
  end(session: Session): void;
  close(): void;
}

/** Long because sessions, limits and servers share one state. */
export function createMcpGateway({ database, mcp, access, realtime, log, version }: GatewayDeps): McpGateway {
  const store = createGatewayStore(database);
  const sessions = new Map<string, { session: Session; unwatch(): void }>();
  let limits = new Map<number, RateLimit>();
  const limitOf = (perMinute: number): RateLimit => {
    const limit = limits.get(perMinute) ?? createRateLimit(perMinute, MINUTE_SECONDS);
    limits.set(perMinute, limit);
    return limit;
  };
  const perMinute = (keyId: string) => store.client(keyId).callsPerMinute ?? store.settings().callsPerMinute;
  const isEnabled = (serverId: string) => store.server(serverId).enabled;
  const sees = (keyId: string, serverId: string) => {
    const { servers } = store.client(keyId);
    return isEnabled(serverId) && (servers === null || servers.includes(serverId));
  };
  const sessionsOf = (keyId: string) =>
    [...sessions.values()].map(({ session }) => session).filter(({ owner }) => owner.keyId === keyId);

  const notifyPage = (running: number) =>
    realtime.emitToWS("mcp", "gateway:calls", { running, timestamp: new Date().toISOString() });
  const calls = createCallRegister({ store, log, notify: notifyPage });
  const changed = () => realtime.emitToWS("mcp", "gateway:changed", { timestamp: new Date().toISOString() });

  const pass = createPassThrough({
    connection: mcp.upstream,
    calls,
    timeoutSeconds: (serverId) => store.server(serverId).timeoutSeconds ?? store.settings().timeoutSeconds,
    async take(keyId, serverId) {
      await limitOf(perMinute(keyId)).take(`key ${keyId}`);
      const ofServer = store.server(serverId).callsPerMinute;
      if (ofServer !== null) await limitOf(ofServer).take(`server ${serverId}`);
    },
  });
  const subscriptions = createSubscriptions(mcp.upstream);
  const exposed = createExposed({
    mcp,
    isEnabled,
    hiddenOf: (serverId) => store.server(serverId).hidden,
    nameSpacing: () => store.settings().nameSpacing,
    onChange(serverId, methods) {
      for (const { session } of sessions.values()) {
        if (!sees(session.owner.keyId, serverId)) continue;
        for (const method of methods) session.notify(method);
      }
    },
  });
  const methods = createMethods({ exposure: exposed.current, soon: exposed.soon, sees, pass, subscriptions });

  mcp.observe({
    onChange(serverId) {
      if (!mcp.list().some(({ id }) => id === serverId)) {
        store.removeServer(serverId);
        pass.restarted(serverId);
      } else {
        const { status } = mcp.get(serverId);
        // An idle server starts with the next call: what it offers stays.
        if (status === "idle" || status === "starting") return;
        if (status === "running") {
          pass.restarted(serverId);
          subscriptions.renew(serverId);
        }
      }
      exposed.forget(serverId);
    },
    onNotification(serverId, method, params) {
      if (!isEnabled(serverId)) return;
      if (method === "notifications/progress") return void pass.progress(params);
      if (method.endsWith("/list_changed")) return exposed.forget(serverId, method);
      if (method === "notifications/resources/updated") {
        return typeof params?.uri === "string" ? subscriptions.updated(serverId, params.uri) : undefined;
      }
      const isLog = method === "notifications/message";
      if (!isLog && method !== "notifications/elicitation/complete") return;
      // A log line may hold what one client sent: it goes to that client, or to none.
      const client = pass.clientOf(serverId);
      if (!client || (isLog && !client.session.wantsLevel(params?.level))) return;
      if (!client.exchange.send({ jsonrpc: "2.0", method, params })) client.session.notify(method, params);
    },
    onRequest: (serverId, request) => (isEnabled(serverId) ? pass.serve(serverId, request) : undefined),
    isPassing: pass.isPassing,
  });

  const end = (session: Session) => {
    const found = sessions.get(session.id);
    sessions.delete(session.id);
    found?.unwatch();
    subscriptions.removeAll(session);
    session.end();
  };
  const isIdle = ({ running, listening }: Session) => running.size === 0 && !listening;
  const sweep = setInterval(() => {
    for (const { session } of [...sessions.values()]) {
      if (isIdle(session) && performance.now() - session.lastUsed > IDLE_MS) end(session);
    }
    store.keepClients(new Set(access.keys.all().map(({ id }) => id)));
  }, SWEEP_MS);
  sweep.unref();

  /** Makes room for one more session. @throws AppError `rate_limited` */
  const makeRoom = (keyId: string) => {
    const own = sessionsOf(keyId);
    const isFull = sessions.size >= MAX_SESSIONS;
    if (own.length < MAX_SESSIONS_OF_KEY && !isFull) return;
    // A program that was killed leaves its sessions behind: the one unused for longest goes. A key with few sessions does
    // not wait for one with many.
    const crowded = own.length >= MAX_SESSIONS_OF_KEY ? own : sessionsOf(busiestKey());
    const isUnfair = crowded.length > own.length + 1;
    const byAge = crowded.sort((a, b) => a.lastUsed - b.lastUsed);
    const oldest = byAge.find(isIdle) ?? byAge.find(({ running }) => isUnfair && running.size === 0);
    if (!oldest) {
      throw new AppError("rate_limited", isFull ? messages.full : messages.tooManySessions, { retryAfter: 10 });
    }
    end(oldest);
  };
  const busiestKey = (): string => {
    const counts = new Map<string, number>();
    for (const { session } of sessions.values()) {
      counts.set(session.owner.keyId, (counts.get(session.owner.keyId) ?? 0) + 1);
    }
    const [busiest] = [...counts].sort(([, a], [, b]) => b - a);
    return busiest?.[0] ?? "";
  };

  const instructionsFor = async (keyId: string): Promise<string | undefined> => {
    const given = (await exposed.soon()).instructions;
    const texts = mcp.list().flatMap(({ id, name }) => {
      const text = sees(keyId, id) ? given.get(id) : undefined;
      return text === undefined ? [] : [`## ${toSingleLine(name, 100)}\n${text}`];
    });
    return texts.length > 0 ? texts.join("\n\n") : undefined;
  };

  return {
    view() {
      const servers = mcp.list();
      const prefixes = prefixesOf(servers);
      const keys = access.keys.all().filter((key) => key.scopes?.includes("mcp:call") && access.keys.isLive(key));
      return {
        ...store.settings(),
        path: MCP_GATEWAY_PATH,
        sessions: sessions.size,
        servers: servers.map(({ id, name }) => ({ id, name, prefix: prefixes.get(id) ?? "", ...store.server(id) })),
        clients: keys.map(({ id, name, ownerId, expiresAt }) => ({
          id,
          name,
          owner: access.users.byId(ownerId)?.name ?? "",
          expiresAt,
          sessions: sessionsOf(id).length,
          ...store.client(id),
        })),
      };
    },
    items: async () => (await exposed.all()).items.map(toGatewayItem),
    calls,
    change(settings) {
      const before = store.settings();
      store.change(settings);
      limits = new Map();
      if (before.nameSpacing !== settings.nameSpacing) exposed.rename();
      if (!settings.enabled) for (const { session } of [...sessions.values()]) end(session);
      changed();
    },
    changeServer(serverId, settings) {
      mcp.get(serverId);
      store.changeServer(serverId, settings);
      limits = new Map();
      exposed.rename(serverId);
      if (!settings.enabled) {
        pass.stop(serverId, new RpcError(errorCodes.refused, messages.notExposed));
        subscriptions.removeServer(serverId);
      }
      changed();
    },
    changeClient(keyId, settings) {
      if (!access.keys.byId(keyId)?.scopes?.includes("mcp:call"))
        throw new AppError("not_found", messages.noSuchClient);
      store.changeClient(keyId, settings);
      for (const session of sessionsOf(keyId)) end(session);
      changed();
    },
    endSessions(keyId) {
      const ending = sessionsOf(keyId);
      for (const session of ending) end(session);
      if (ending.length > 0) changed();
      return ending.length;
    },
    async admit(keyId) {
      if (!store.settings().enabled) throw new AppError("not_found", messages.off);
      await limitOf(perMinute(keyId) * REQUESTS_PER_CALL).take(`requests ${keyId}`);
    },
    async open(principal, params) {
      const requested = params.protocolVersion;
      if (typeof requested !== "string") {
        throw new RpcError(errorCodes.invalidParams, messages.badParams("protocolVersion is missing"));
      }
      makeRoom(principal.id);
      const revision = REVISIONS.find((known) => known === requested) ?? REVISIONS[0];
      const owner = { keyId: principal.id, keyName: principal.name };
      const session = new Session(randomBytes(32).toString("base64url"), owner, revision, params);
      const watch = access.liveRights.watch(() => {
        const now = access.current(principal);
        if (!now || !mayUseGateway(now)) throw new AppError("unauthorized", messages.ended);
      });
      watch.signal.addEventListener("abort", () => end(session), { once: true });
      sessions.set(session.id, { session, unwatch: watch.end });
      const instructions = await instructionsFor(principal.id);
      const capabilities = {
        tools: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        prompts: { listChanged: true },
        logging: {},
        completions: {},
      };
      const serverInfo = { name: "ai-desktop", title: "AI Desktop gateway", version };
      const result = { protocolVersion: revision, capabilities, serverInfo };
      return { session, result: instructions === undefined ? result : { ...result, instructions } };
    },
    session(id, keyId) {
      const session = sessions.get(id)?.session;
      if (session?.owner.keyId !== keyId) return undefined;
      session.lastUsed = performance.now();
      return session;
    },
    async respond(session, message, send) {
      const { id = 0 } = message;
      try {
        const started = session.start(id, send);
        try {
          const result = await methods(session, message, started);
          return JSON.stringify({ jsonrpc: "2.0", id, result });
        } finally {
          session.running.delete(started);
          session.lastUsed = performance.now();
        }
      } catch (error) {
        return JSON.stringify(errorMessage(id, toRpcError(error, log)));
      }
    },
    take(session, message) {
      if (message.method === undefined) session.answer(message);
      else if (message.method === "notifications/cancelled") session.cancel(message.params?.requestId);
    },
    end,
    close() {
      clearInterval(sweep);
      for (const { session } of [...sessions.values()]) end(session);
      exposed.close();
      calls.close();
    },
  };
}

function toRpcError(error: unknown, log: Log): RpcError {
  if (error instanceof RpcError) return error;
  if (error instanceof AppError) {
    const data = error.retryAfter === undefined ? undefined : { retryAfter: error.retryAfter };
    return new RpcError(errorCodes.refused, error.message, data);
  }
  log.error({ err: error }, "a request to the MCP gateway failed");
  return new RpcError(errorCodes.internal, "Internal error");
}
