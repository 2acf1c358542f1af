import type { Finding } from "../../../shared/protocol/stack.ts";
import { type ComposeText, type Entry, itemsOf, mapAt, namesOf, type Span, textOf, type Value } from "./document.ts";
import { clash, type HostPort, publishedPorts } from "./ports.ts";
import { findRisks } from "./risks.ts";

/** What is known beside the file. */
export interface Surroundings {
  /**
   * Ports published by containers of others, with the container's name; or listened on, without one. Null while the Engine
   * does not answer.
   */
  takenPorts: readonly (Pick<HostPort, "address" | "port" | "protocol"> & { by: string | null })[] | null;
  /** Names that the `.env` file sets; null when it is not known. */
  variables: ReadonlySet<string> | null;
}

const FINDINGS_MAX = 200;
const SERVICES_MAX = 500;
/** Published ports of one file that are compared with each other and with the host's. */
const PORTS_MAX = 2_000;

/** Whether the parts of a compose file fit together, and with what runs on the host. */
export function checkMeaning(
  { top, at }: Pick<ComposeText, "top" | "at">,
  text: string,
  { takenPorts, variables }: Surroundings,
): Finding[] {
  const findings: Finding[] = [];
  const add = (span: Span, severity: Finding["severity"], message: string) =>
    void (findings.length < FINDINGS_MAX && findings.push(at(span, severity, "meaning", message)));
  if (top?.kind !== "map") {
    add({ start: 0, end: 1 }, "error", "A compose file begins with `services:` and the services below it.");
    return findings;
  }
  const services = mapAt(top, "services");
  if (services.size === 0 && !top.entries.has("include")) {
    const span = top.entries.get("services")?.key ?? { start: top.start, end: top.start + 1 };
    add(span, "error", "The file names no service: put at least one below `services:`.");
  }
  const version = top.entries.get("version");
  if (version) add(version.key, "info", "`version` is not needed any more: Compose ignores it.");

  const defined = {
    networks: new Set([...mapAt(top, "networks").keys(), "default"]),
    volumes: new Set(mapAt(top, "volumes").keys()),
    secrets: new Set(mapAt(top, "secrets").keys()),
    configs: new Set(mapAt(top, "configs").keys()),
  };
  const own: (HostPort & { service: string })[] = [];
  for (const [name, { key, value }] of [...services].slice(0, SERVICES_MAX)) {
    if (!/^[A-Za-z0-9._-]+$/.test(name)) {
      add(key, "error", "The name of a service is made of letters, digits, `.`, `_` and `-`.");
    }
    if (value.kind !== "map") {
      add(key, "error", `The service \`${quote(name)}\` is empty: it needs at least an \`image\` or a \`build\`.`);
      continue;
    }
    const service = value.entries;
    checkService({ name, key, service, services, defined, add, included: top.entries.has("include") });
    for (const risk of findRisks(service)) add(risk.span, "warning", risk.message);
    const ports = publishedPorts(service.get("ports")?.value, PORTS_MAX - own.length);
    own.push(...ports.map((port) => ({ ...port, service: name })));
  }
  checkCycles(services, add);
  for (const [index, port] of own.entries()) {
    const twice = own.slice(0, index).find((other) => clash(port, other));
    if (twice) {
      const who = twice.service === port.service ? "twice" : `by \`${quote(twice.service)}\` as well`;
      add(port, "error", `Port ${port.port} of the host is published ${who}.`);
    }
    const taken = takenPorts?.find((other) => clash(port, other));
    if (taken) {
      const by = taken.by === null ? "something on this host listens there" : `the container ${quote(taken.by)} has it`;
      add(port, "warning", `Port ${port.port} of the host is taken: ${by}.`);
    }
  }
  const [firstPort] = own;
  if (takenPorts === null && firstPort) {
    add(firstPort, "warning", "Docker does not answer: whether ports of the host are taken is not known.");
  }
  if (variables) findings.push(...unsetVariables(text, variables, at));
  return findings.slice(0, FINDINGS_MAX);
}

interface ServiceCheck {
  name: string;
  key: Span;
  service: ReadonlyMap<string, Entry>;
  services: ReadonlyMap<string, Entry>;
  defined: Record<"networks" | "volumes" | "secrets" | "configs", ReadonlySet<string>>;
  /** Other files belong to this one, and may define what this one does not. */
  included: boolean;
  add(span: Span, severity: Finding["severity"], message: string): void;
}

function checkService({ name, key, service, services, defined, included, add }: ServiceCheck): void {
  const value = (part: string) => service.get(part)?.value;
  const missing = (span: Span, what: string) => void (included || add(span, "error", what));
  if (!["image", "build", "extends", "provider"].some((part) => service.has(part))) {
    add(key, "error", `The service \`${quote(name)}\` needs an \`image\` or a \`build\`.`);
  }
  for (const part of ["depends_on", "links", "volumes_from"]) {
    for (const { name: other, span } of namesOf(value(part))) {
      const wanted = part === "depends_on" ? other : (other.split(":", 1)[0] ?? other);
      if (!services.has(wanted) && wanted !== "container") missing(span, `There is no service \`${quote(wanted)}\`.`);
    }
  }
  const mode = textOf(value("network_mode")) ?? "";
  if (mode.startsWith("service:") && !services.has(mode.slice(8))) {
    missing(value("network_mode") ?? key, `There is no service \`${quote(mode.slice(8))}\`.`);
  }
  if (mode !== "" && service.has("networks")) {
    add(service.get("networks")?.key ?? key, "error", "`networks` and `network_mode` exclude each other.");
  }
  for (const { name: network, span } of namesOf(value("networks"))) {
    if (!defined.networks.has(network)) {
      missing(span, `The network \`${quote(network)}\` is not defined: add it below \`networks:\` at the top.`);
    }
  }
  for (const item of itemsOf(value("volumes"))) {
    const volume = namedVolume(item);
    if (volume !== undefined && !defined.volumes.has(volume)) {
      missing(item, `The volume \`${quote(volume)}\` is not defined: add it below \`volumes:\` at the top.`);
    }
  }
  for (const part of ["secrets", "configs"] as const) {
    for (const item of itemsOf(value(part))) {
      const source = item.kind === "map" ? textOf(item.entries.get("source")?.value) : textOf(item);
      if (source !== undefined && !defined[part].has(source)) {
        missing(item, `\`${quote(source)}\` is not defined: add it below \`${part}:\` at the top.`);
      }
    }
  }
  const image = textOf(value("image"));
  if (image && !/[:@$]/.test(image.slice(image.lastIndexOf("/") + 1))) {
    add(value("image") ?? key, "info", "Without a tag this is `latest`: what is pulled may change at any time.");
  }
  if (service.has("container_name") && (service.has("scale") || mapAt(asMap(service), "deploy").has("replicas"))) {
    add(service.get("container_name")?.key ?? key, "warning", "With a fixed name only one container can run.");
  }
}

const asMap = (entries: ReadonlyMap<string, Entry>): Value => ({
  kind: "map",
  entries: new Map(entries),
  start: 0,
  end: 0,
});

/** The name of the volume a mount is of; undefined for paths, variables and volumes without a name. */
function namedVolume(item: Value): string | undefined {
  if (item.kind === "map") {
    const source = textOf(item.entries.get("source")?.value);
    return textOf(item.entries.get("type")?.value) === "volume" && source && !source.includes("$") ? source : undefined;
  }
  const text = textOf(item) ?? "";
  const source = text.includes(":") ? text.slice(0, text.indexOf(":")) : "";
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(source) && !/^[A-Za-z]:[\\/]/.test(text) ? source : undefined;
}

function checkCycles(services: ReadonlyMap<string, Entry>, add: ServiceCheck["add"]): void {
  const state = new Map<string, "open" | "done">();
  const visit = (name: string, depth: number): boolean => {
    if (state.get(name) === "open") return true;
    if (state.get(name) === "done" || depth > SERVICES_MAX) return false;
    state.set(name, "open");
    const entry = services.get(name)?.value;
    const others = entry?.kind === "map" ? namesOf(entry.entries.get("depends_on")?.value) : [];
    for (const { name: other, span } of others) {
      if (visit(other, depth + 1))
        add(span, "error", `\`${quote(name)}\` and \`${quote(other)}\` wait for each other.`);
    }
    state.set(name, "done");
    return false;
  };
  for (const name of [...services.keys()].slice(0, SERVICES_MAX)) visit(name, 0);
}

/** Variables without a default that nothing sets: Compose puts nothing in their place. */
function unsetVariables(text: string, set: ReadonlySet<string>, at: ComposeText["at"]): Finding[] {
  const found: Finding[] = [];
  const told = new Set<string>();
  for (const line of linesOf(text)) {
    if (line.text.trimStart().startsWith("#")) continue;
    for (const match of line.text.matchAll(
      /\$\$|\$\{([A-Za-z_]\w{0,99})(?!\w)([^}]{0,500})\}|\$([A-Za-z_]\w{0,99})/g,
    )) {
      const name = match[1] ?? match[3];
      if (name === undefined || (match[2] ?? "") !== "" || set.has(name) || told.has(name)) continue;
      if (name === "PATH" || name === "HOME" || name === "DOCKER_HOST") continue;
      if (found.length >= FINDINGS_MAX) return found;
      told.add(name);
      const start = line.start + match.index;
      const message = `\`${name}\` is not set in the variables of this stack: it will be empty.`;
      found.push(at({ start, end: start + match[0].length }, "warning", "meaning", message));
    }
  }
  return found;
}

function* linesOf(text: string): Generator<{ text: string; start: number }> {
  let start = 0;
  for (const line of text.split("\n")) {
    yield { text: line, start };
    start += line.length + 1;
  }
}

/** A name of the file inside a sentence: no line of its own making, and not without end. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is taken out.
const quote = (name: string): string => name.replace(/[\x00-\x1f\x7f`]/g, "?").slice(0, 80);
