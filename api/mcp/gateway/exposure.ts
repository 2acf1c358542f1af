import type { GatewayItem } from "../../../shared/protocol/mcp-gateway.ts";
import { type GatewayItemKind, gatewayItemKinds } from "../../../shared/protocol/mcp-gateway-limits.ts";
import { isObject, type Json } from "../json.ts";
import { type Catalogue, kinds } from "./catalogue.ts";
import { AddressTable, type NameNote, NameTable, splitGatewayAddress } from "./names.ts";

export interface ExposedItem {
  kind: GatewayItemKind;
  serverId: string;
  /** Name or address at the server. */
  original: string;
  /** Name or address that clients see. */
  name: string;
  note: NameNote;
  enabled: boolean;
  /** As clients get it. */
  definition: Json;
}

export interface ExposedServer {
  id: string;
  prefix: string;
  catalogue: Catalogue;
  hidden: Record<GatewayItemKind, readonly string[]>;
}

/** What all exposed servers offer, under the names that clients see. The same for every key; keys see a part of it. */
export interface Exposure {
  items: readonly ExposedItem[];
  /** What servers say about themselves, by id. */
  instructions: ReadonlyMap<string, string>;
  /** An enabled item by the name that clients see. */
  find(kind: GatewayItemKind, name: string): ExposedItem | undefined;
  /** The server of a resource that is listed, or that one of the templates matches, among those that a key reaches. */
  resource(address: string, sees: (serverId: string) => boolean): { serverId: string; address: string } | undefined;
  /** The address that clients see for a resource of a server. */
  addressOf(serverId: string, original: string): string;
}

/** @param servers in the order of registration: of two equal names, the first keeps its own */
export function createExposure(servers: readonly ExposedServer[], nameSpacing: boolean): Exposure {
  const tables = {
    tool: new NameTable(nameSpacing),
    prompt: new NameTable(nameSpacing),
    resource: new AddressTable(),
    template: new AddressTable(),
  };
  const items: ExposedItem[] = [];
  for (const { id: serverId, prefix, catalogue, hidden } of servers) {
    for (const kind of gatewayItemKinds) {
      const off = new Set(hidden[kind]);
      for (const item of catalogue[kind]) {
        const { key } = kinds[kind];
        const original = String(item[key]);
        const { name, note } = tables[kind].add(prefix, original);
        const definition = name === original ? item : { ...item, [key]: name };
        items.push({ kind, serverId, original, name, note, enabled: !off.has(original), definition });
      }
    }
  }
  const byName = new Map(items.filter(({ enabled }) => enabled).map((item) => [`${item.kind} ${item.name}`, item]));
  const byOriginal = new Map(
    items.flatMap((item) => (item.kind === "resource" ? [[`${item.serverId} ${item.original}`, item] as const] : [])),
  );
  // The one with the most text of its own first: a template that matches everything takes no address from another server.
  const templates = items
    .filter(({ kind }) => kind === "template")
    .map((item) => ({ ...item, matches: templatePattern(item.original), literal: literalLength(item.original) }))
    .sort((a, b) => b.literal - a.literal);
  const find: Exposure["find"] = (kind, name) => byName.get(`${kind} ${name}`);
  /** What a list or a template that is switched off names stays closed, whichever other template names it too. */
  const isOff = (server: string, original: string) =>
    byOriginal.get(`${server} ${original}`)?.enabled === false ||
    templates.some(({ serverId, enabled, matches }) => !enabled && serverId === server && matches(original));

  return {
    items,
    instructions: new Map(
      servers.flatMap(({ id, catalogue: { instructions } }) => (instructions ? [[id, instructions] as const] : [])),
    ),
    find,
    resource(address, sees) {
      const listed = find("resource", address);
      if (listed) return sees(listed.serverId) ? { serverId: listed.serverId, address: listed.original } : undefined;
      const split = splitGatewayAddress(address);
      const candidates = servers.filter(
        ({ id, prefix, catalogue }) =>
          sees(id) &&
          (split === undefined || split.prefix === prefix) &&
          catalogue.resource.length + catalogue.template.length > 0,
      );
      const original = split?.address ?? address;
      const fits = templates.find(
        ({ serverId, enabled, matches }) =>
          enabled && matches(original) && candidates.some(({ id }) => id === serverId) && !isOff(serverId, original),
      );
      if (fits) return { serverId: fits.serverId, address: original };
      // A link in a result may name a resource that no list has. With several servers it is not known whose it is.
      const [only] = candidates.length === 1 ? candidates : [];
      return only && !isOff(only.id, original) ? { serverId: only.id, address: original } : undefined;
    },
    addressOf: (serverId, original) => byOriginal.get(`${serverId} ${original}`)?.name ?? original,
  };
}

const EXPRESSION = /\{[^{}]*\}/g;
const literalLength = (template: string): number => template.replace(EXPRESSION, "").length;

/**
 * Whether an address may come from a URI template. Each expression takes any text: the server decides. Without a regular
 * expression, which a template of the server could make slow.
 */
function templatePattern(template: string): (address: string) => boolean {
  const parts = template.split(EXPRESSION);
  return (address) => {
    if (parts.length === 1) return address === template;
    const first = parts[0] ?? "";
    const last = parts.at(-1) ?? "";
    if (!address.startsWith(first) || !address.endsWith(last) || address.length < first.length + last.length)
      return false;
    let at = first.length;
    for (const part of parts.slice(1, -1)) {
      const found = address.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= address.length - last.length;
  };
}

const MAX_DESCRIPTION = 300;

/** An item as the page shows it. */
export function toGatewayItem({ kind, serverId, original, name, note, enabled, definition }: ExposedItem): GatewayItem {
  const { description, annotations } = definition;
  const text =
    typeof description === "string" ? description : isObject(annotations) ? String(annotations.title ?? "") : "";
  return {
    kind,
    serverId,
    name: original,
    exposedAs: name,
    description: text.slice(0, MAX_DESCRIPTION),
    enabled,
    note,
  };
}
