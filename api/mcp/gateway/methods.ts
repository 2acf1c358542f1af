import type { GatewayItemKind } from "../../../shared/protocol/mcp-gateway-limits.ts";
import { isObject, type Json } from "../json.ts";
import { isForAppsOnly, showsApps } from "./app-tools.ts";
import { kinds } from "./catalogue.ts";
import type { Exposure } from "./exposure.ts";
import { errorCodes, type Message, RpcError, textOf } from "./json-rpc.ts";
import { messages } from "./messages.ts";
import type { PassThrough } from "./pass-through.ts";
import type { Session, StartedRequest } from "./session.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** Items in one page of a list. Many clients read the first page only. */
const PAGE_SIZE = 1_000;

export interface MethodDeps {
  /** What is offered now, for lists. */
  exposure(): Promise<Exposure>;
  /** The same for calls, which do not wait for lists that are read again. */
  soon(): Promise<Exposure>;
  /** Whether a key reaches a server. */
  sees(keyId: string, serverId: string): boolean;
  pass: PassThrough;
  subscriptions: Subscriptions;
}

/** Responds to the requests of a session after `initialize`. @throws RpcError */
export type Methods = (session: Session, message: Message, started: StartedRequest) => Promise<Json>;

const listed = new Map<string, GatewayItemKind>(
  (Object.keys(kinds) as GatewayItemKind[]).map((kind) => [kinds[kind].method, kind]),
);

export function createMethods({ exposure, soon, sees, pass, subscriptions }: MethodDeps): Methods {
  const find = async ({ owner: { keyId } }: Session, kind: "tool" | "prompt", name: string) => {
    const item = (await soon()).find(kind, name);
    if (item && sees(keyId, item.serverId)) return item;
    const message = kind === "tool" ? messages.noSuchTool(name) : messages.noSuchPrompt(name);
    throw new RpcError(errorCodes.invalidParams, message);
  };
  const findResource = async ({ owner: { keyId } }: Session, uri: string) => {
    const shown = await soon();
    const found = shown.resource(uri, (serverId) => sees(keyId, serverId));
    if (!found) throw new RpcError(errorCodes.resourceNotFound, messages.noSuchResource, { uri });
    return { ...found, shown };
  };

  const list = async (session: Session, kind: GatewayItemKind, params: Json | undefined): Promise<Json> => {
    const { cursor } = params ?? {};
    if (cursor !== undefined && !(typeof cursor === "string" && /^\d{1,6}$/.test(cursor))) {
      throw new RpcError(errorCodes.invalidParams, messages.badCursor);
    }
    const from = Number(cursor ?? 0);
    const { items } = await exposure();
    const visible = items.filter(
      (item) =>
        item.kind === kind &&
        item.enabled &&
        sees(session.owner.keyId, item.serverId) &&
        (kind !== "tool" || showsApps(session.capabilities) || !isForAppsOnly(item.definition)),
    );
    const next = from + PAGE_SIZE;
    const page = visible.slice(from, next).map(({ definition }) => definition);
    return { [kinds[kind].list]: page, ...(next < visible.length ? { nextCursor: String(next) } : {}) };
  };

  const callTool = async (session: Session, params: Json | undefined, started: StartedRequest): Promise<Json> => {
    const { serverId, original, name } = await find(session, "tool", textOf(params, "name"));
    const request = { serverId, method: "tools/call", params: { ...params, name: original }, target: name };
    const result = await pass.send(session, started, request);
    return withKnownAddresses(result, (uri) => shownAddress(serverId, uri));
  };
  let latest: Exposure | undefined;
  const shownAddress = (serverId: string, uri: string) => latest?.addressOf(serverId, uri) ?? uri;

  const complete = async (session: Session, params: Json | undefined, started: StartedRequest): Promise<Json> => {
    const ref = isObject(params?.ref) ? params.ref : {};
    let serverId: string;
    let own: Json;
    if (ref.type === "ref/prompt") {
      const prompt = await find(session, "prompt", textOf(ref, "name"));
      serverId = prompt.serverId;
      own = { ...ref, name: prompt.original };
    } else {
      const uri = textOf(ref, "uri");
      const shown = await soon();
      const template = shown.find("template", uri);
      const found =
        template && sees(session.owner.keyId, template.serverId)
          ? { serverId: template.serverId, address: template.original }
          : await findResource(session, uri);
      serverId = found.serverId;
      own = { ...ref, uri: found.address };
    }
    return pass.send(session, started, { serverId, method: "completion/complete", params: { ...params, ref: own } });
  };

  return async (session, { method, params }, started) => {
    const kind = listed.get(method ?? "");
    if (kind) return list(session, kind, params);
    latest = await soon();
    switch (method) {
      case "ping":
        return {};
      case "tools/call":
        return callTool(session, params, started);
      case "prompts/get": {
        const { serverId, original, name } = await find(session, "prompt", textOf(params, "name"));
        return pass.send(session, started, { serverId, method, params: { ...params, name: original }, target: name });
      }
      case "resources/read": {
        const uri = textOf(params, "uri");
        const { serverId, address } = await findResource(session, uri);
        const request = { serverId, method, params: { ...params, uri: address }, target: uri };
        const result = await pass.send(session, started, request);
        return withKnownAddresses(result, (own) => (own === address ? uri : shownAddress(serverId, own)));
      }
      case "resources/subscribe":
      case "resources/unsubscribe": {
        const uri = textOf(params, "uri");
        const { serverId, address } = await findResource(session, uri);
        if (method === "resources/subscribe") await subscriptions.add(session, serverId, address, uri);
        else await subscriptions.remove(session, serverId, address);
        return {};
      }
      case "completion/complete":
        return complete(session, params, started);
      case "logging/setLevel":
        session.setLevel(params?.level);
        return {};
      default:
        throw new RpcError(errorCodes.methodNotFound, messages.noSuchMethod(String(method).slice(0, 100)));
    }
  };
}

/** A result whose resources have the addresses that clients know. */
function withKnownAddresses(result: Json, shown: (uri: string) => string): Json {
  const map = (part: unknown): unknown => {
    if (!isObject(part)) return part;
    const { uri, resource } = part;
    if (typeof uri === "string" && shown(uri) !== uri) return { ...part, uri: shown(uri) };
    return isObject(resource) && typeof resource.uri === "string" ? { ...part, resource: map(resource) } : part;
  };
  const { content, contents } = result;
  if (Array.isArray(content)) return { ...result, content: content.map(map) };
  return Array.isArray(contents) ? { ...result, contents: contents.map(map) } : result;
}
