import { interpolate } from "../env/env-parse.ts";
import { mapAt, readComposeText, textOf, type Value } from "./document.ts";

export interface DefinedService {
  image: string | null;
  /** True when it should run: one of its profiles is active and its scale is above 0. */
  wanted: boolean;
  /** True when it is restarted after it exits with code 0. */
  restarts: boolean;
}

/** By service name, in the order of the files. */
export type DefinedServices = ReadonlyMap<string, DefinedService>;

/**
 * Reads the services that compose files define; later files override earlier ones. Undefined when a file cannot be read.
 * @param variables From the `.env` file, for values that reference them.
 */
export function readDefinedServices(
  texts: readonly string[],
  variables: ReadonlyMap<string, string>,
): DefinedServices | undefined {
  const services = new Map<string, Map<string, Value>>();
  for (const text of texts) {
    const { top, faults } = readComposeText(text);
    if (faults.length > 0) return undefined;
    for (const [name, { value }] of mapAt(top, "services")) {
      const keys = services.get(name) ?? new Map<string, Value>();
      for (const [key, entry] of value.kind === "map" ? value.entries : []) keys.set(key, entry.value);
      services.set(name, keys);
    }
  }
  const lookUp = (name: string) => variables.get(name);
  const plain = (value: Value | undefined) => {
    const text = textOf(value);
    return text === undefined ? undefined : interpolate(text, lookUp);
  };
  const active = new Set((variables.get("COMPOSE_PROFILES") ?? "").split(",").map((profile) => profile.trim()));
  return new Map(
    [...services].map(([name, keys]) => {
      const profiles = keys.get("profiles");
      const own = profiles?.kind === "list" ? profiles.items.map((item) => plain(item) ?? "") : [];
      const isActive = own.length === 0 || active.has("*") || own.some((profile) => active.has(profile));
      const deploy = keys.get("deploy");
      const replicas = plain(entryOf(deploy, "replicas"));
      const scale = plain(keys.get("scale")) ?? replicas;
      const condition = plain(entryOf(entryOf(deploy, "restart_policy"), "condition"));
      const policy = condition ?? plain(keys.get("restart")) ?? "";
      const service: DefinedService = {
        image: textOf(keys.get("image")) ?? null,
        wanted: isActive && !/^\s*0+\s*$/.test(scale ?? ""),
        restarts: /^(always|unless-stopped|any)$/.test(policy),
      };
      return [name, service];
    }),
  );
}

const entryOf = (value: Value | undefined, name: string): Value | undefined =>
  value?.kind === "map" ? value.entries.get(name)?.value : undefined;

/** The project name that compose files set; undefined when they set none. */
export function projectNameOf(texts: readonly string[], variables: ReadonlyMap<string, string>): string | undefined {
  const names = texts.map((text) => textOf(entryOf(readComposeText(text).top, "name")));
  const name = names.filter((text) => text !== undefined).at(-1);
  return name === undefined ? undefined : interpolate(name, (variable) => variables.get(variable));
}
