import { createHash } from "node:crypto";
import { EXPOSED_NAME_MAX } from "../../../shared/protocol/mcp-gateway-limits.ts";

/** Longest prefix of a server, so that most of the name is left to the tool. */
const PREFIX_MAX = 24;
const SEPARATOR = "__";
const HASH_LENGTH = 6;
/** Begins the address of a resource that two servers offer under the same one. */
const GATEWAY_SCHEME = "gateway://";

export type NameNote = "shortened" | "changed" | "collision" | null;
export interface ExposedName {
  name: string;
  note: NameNote;
}

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, HASH_LENGTH);
/** Clients take letters, digits, `_` and `-`. */
const plain = (text: string) => text.replace(/[^A-Za-z0-9_-]/g, "_");

/**
 * Prefixes of servers by id: the name in letters that clients take. Of two equal ones the later gets a number, so `servers`
 * is in the order of registration.
 */
export function prefixesOf(servers: readonly { id: string; name: string }[]): Map<string, string> {
  const taken = new Set<string>();
  const prefixes = new Map<string, string>();
  for (const { id, name } of servers) {
    // Without a double underscore, the first one of a name ends the prefix.
    const slug = plain(name.toLowerCase())
      .replace(/_{2,}/g, "_")
      .replace(/^[_-]+|[_-]+$/g, "")
      .slice(0, PREFIX_MAX);
    const base = slug.replace(/[_-]+$/, "") || "server";
    let prefix = base;
    for (let number = 2; taken.has(prefix); number++) prefix = `${base.slice(0, PREFIX_MAX - 4)}-${number}`;
    taken.add(prefix);
    prefixes.set(id, prefix);
  }
  return prefixes;
}

/**
 * Gives each tool or prompt the name that clients see. Names are unique, and stay the same whatever else is listed unless
 * two are equal after the change: then the later gets the hash of its own name.
 */
export class NameTable {
  readonly #taken = new Set<string>();
  readonly #spaced: boolean;

  /** @param spaced whether names begin with the prefix of their server */
  constructor(spaced: boolean) {
    this.#spaced = spaced;
  }

  add(prefix: string, original: string): ExposedName {
    const usual = this.#spaced ? this.#spacedName(prefix, original) : plainName(original);
    if (!this.#taken.has(usual.name)) return this.#take(usual);
    // Without prefixes, the second server of a name gets its prefix.
    const spaced = this.#spacedName(prefix, original);
    if (!this.#taken.has(spaced.name)) return this.#take({ name: spaced.name, note: "collision" });
    for (let salt = 0; ; salt++) {
      const name = withHash(spaced.name, `${prefix} ${original} ${salt}`);
      if (!this.#taken.has(name)) return this.#take({ name, note: "collision" });
    }
  }

  #spacedName(prefix: string, original: string): ExposedName {
    const usual = `${prefix}${SEPARATOR}${original}`;
    const name = plain(usual);
    if (name.length > EXPOSED_NAME_MAX) return { name: withHash(name, original), note: "shortened" };
    return { name, note: name === usual ? null : "changed" };
  }

  #take(exposed: ExposedName): ExposedName {
    this.#taken.add(exposed.name);
    return exposed;
  }
}

/** Without prefixes, names stay as servers give them if the protocol allows them: others hide or imitate what they are. */
function plainName(original: string): ExposedName {
  if (/^[A-Za-z0-9_.\-/]{1,128}$/.test(original)) return { name: original, note: null };
  const name = plain(original);
  return name.length > EXPOSED_NAME_MAX
    ? { name: withHash(name, original), note: "shortened" }
    : { name, note: "changed" };
}

const withHash = (name: string, text: string) => `${name.slice(0, EXPOSED_NAME_MAX - HASH_LENGTH - 1)}_${hashOf(text)}`;

/**
 * Gives each resource or template the address that clients see: its own, and one below `gateway://prefix/` when another
 * server has it already.
 */
export class AddressTable {
  readonly #taken = new Set<string>();

  add(prefix: string, original: string): ExposedName {
    const own = original.startsWith(GATEWAY_SCHEME) || this.#taken.has(original);
    const name = own ? `${GATEWAY_SCHEME}${prefix}/${original}` : original;
    this.#taken.add(name);
    return { name, note: own ? "collision" : null };
  }
}

/** The server prefix and the own address in an address below `gateway://`; undefined for any other. */
export function splitGatewayAddress(address: string): { prefix: string; address: string } | undefined {
  if (!address.startsWith(GATEWAY_SCHEME)) return undefined;
  const slash = address.indexOf("/", GATEWAY_SCHEME.length);
  if (slash < 0) return undefined;
  return { prefix: address.slice(GATEWAY_SCHEME.length, slash), address: address.slice(slash + 1) };
}
