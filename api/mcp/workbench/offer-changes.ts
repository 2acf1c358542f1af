import { createHash } from "node:crypto";
import type { McpChanges } from "../../../shared/protocol/mcp-workbench.ts";
import type { McpConnection } from "../connection/connection.ts";
import type { McpDocuments } from "./documents.ts";

/** What a server offered at one start: a short hash of each entry by its name. */
interface Offer {
  version: string | null;
  protocolVersion: string | null;
  instructions: string | null;
  tools: Record<string, string>;
  resources: Record<string, string>;
  prompts: Record<string, string>;
}

const hashOf = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 16);
const hashes = <T>(entries: readonly T[], name: (entry: T) => string) =>
  Object.fromEntries(entries.map((entry) => [name(entry), hashOf(entry)]));

/** Reads what a server offers, and stores it beside what it offered at the start before. */
export async function recordOffer(serverId: string, connection: McpConnection, documents: McpDocuments): Promise<void> {
  const [tools, resources, prompts] = await Promise.all([
    connection.tools(),
    connection.list("resources"),
    connection.list("prompts"),
  ]);
  const about = connection.about();
  const offer: Offer = {
    version: about.serverInfo ? `${about.serverInfo.name} ${about.serverInfo.version}` : null,
    protocolVersion: about.protocolVersion,
    instructions: about.instructions === null ? null : hashOf(about.instructions),
    tools: hashes(tools, ({ name }) => name),
    resources: hashes(resources.items, ({ uri }) => uri),
    prompts: hashes(prompts.items, ({ name }) => name),
  };
  const last = documents.get(serverId, "offer");
  if (last) documents.put(serverId, "offer-before", { offer: last.value, at: last.savedAt });
  documents.put(serverId, "offer", offer);
}

export function changesOf(serverId: string, documents: McpDocuments): McpChanges {
  const now = documents.get(serverId, "offer");
  const before = documents.get(serverId, "offer-before")?.value as { offer: Offer; at: string } | undefined;
  const none = { added: [], removed: [], changed: [] };
  if (!now || !before) {
    return { before: null, after: now?.savedAt ?? null, tools: none, resources: none, prompts: none, other: [] };
  }
  const next = now.value as Offer;
  const { offer } = before;
  const other: string[] = [];
  if (offer.version !== next.version)
    other.push(`It reports as ${next.version ?? "nothing"}, before as ${offer.version ?? "nothing"}.`);
  if (offer.protocolVersion !== next.protocolVersion) {
    other.push(
      `It speaks revision ${next.protocolVersion ?? "unknown"}, before ${offer.protocolVersion ?? "unknown"}.`,
    );
  }
  if (offer.instructions !== next.instructions) other.push("Its instructions have changed.");
  return {
    before: before.at,
    after: now.savedAt,
    tools: difference(offer.tools, next.tools),
    resources: difference(offer.resources, next.resources),
    prompts: difference(offer.prompts, next.prompts),
    other,
  };
}

function difference(before: Record<string, string>, after: Record<string, string>): McpChanges["tools"] {
  const names = Object.keys(after);
  return {
    added: names.filter((name) => !Object.hasOwn(before, name)),
    removed: Object.keys(before).filter((name) => !Object.hasOwn(after, name)),
    changed: names.filter((name) => Object.hasOwn(before, name) && before[name] !== after[name]),
  };
}
