import type { Finding } from "../../../shared/protocol/stack.ts";
import { type ComposeText, type Entry, itemsOf, mapAt, namesOf, textOf, type Value } from "./document.ts";
import { findingMessages } from "./messages.ts";
import { conflicts, publishedPorts } from "./ports.ts";
import { findRisks } from "./risks.ts";
import type { HostPort, Span } from "./span.ts";

/** A port of the host that is in use, by a container with that name or by another program. */
export type TakenPort = Pick<HostPort, "address" | "port" | "protocol"> & { by: string | null };

/** What is known about the host beside the file. */
export interface HostContext {
  /** Ports in use by others; null while the Engine does not respond. */
  takenPorts: readonly TakenPort[] | null;
  /** Names that the `.env` file sets; null when they are unknown. */
  variables: ReadonlySet<string> | null;
}

const MAX_FINDINGS = 200;
const MAX_SERVICES = 500;
/** Published ports of one file that are compared with each other and with those of the host. */
const MAX_PORTS = 2_000;

/** Checks whether the parts of a compose file fit together, and whether they fit the host. At most 200 findings. */
export function checkSemantics(
  { top, at }: Pick<ComposeText, "top" | "at">,
  text: string,
  { takenPorts, variables }: HostContext,
): Finding[] {
  const findings: Finding[] = [];
  const add = (span: Span, severity: Finding["severity"], message: string) =>
    void (findings.length < MAX_FINDINGS && findings.push(at(span, severity, "meaning", message)));
  if (top?.kind !== "map") {
    add({ start: 0, end: 1 }, "error", findingMessages.noServicesSection);
    return findings;
  }
  const services = mapAt(top, "services");
  if (services.size === 0 && !top.entries.has("include")) {
    const span = top.entries.get("services")?.key ?? { start: top.start, end: top.start + 1 };
    add(span, "error", findingMessages.noServices);
  }
  const version = top.entries.get("version");
  if (version) add(version.key, "info", findingMessages.versionIgnored);

  const defined = {
    networks: new Set([...mapAt(top, "networks").keys(), "default"]),
    volumes: new Set(mapAt(top, "volumes").keys()),
    secrets: new Set(mapAt(top, "secrets").keys()),
    configs: new Set(mapAt(top, "configs").keys()),
  };
  const published: ServicePort[] = [];
  for (const [name, { key, value }] of [...services].slice(0, MAX_SERVICES)) {
    if (!/^[A-Za-z0-9._-]+$/.test(name)) {
      add(key, "error", findingMessages.invalidServiceName);
    }
    if (value.kind !== "map") {
      add(key, "error", findingMessages.emptyService(name));
      continue;
    }
    const service = value.entries;
    checkService({ name, key, service, services, defined, add, included: top.entries.has("include") });
    for (const risk of findRisks(service)) add(risk.span, "warning", risk.message);
    const ports = publishedPorts(service.get("ports")?.value, MAX_PORTS - published.length);
    published.push(...ports.map((port) => ({ ...port, service: name })));
  }
  checkCycles(services, add);
  checkPorts(published, takenPorts, add);
  if (variables) findings.push(...unsetVariables(text, variables, at));
  return findings.slice(0, MAX_FINDINGS);
}

type ServicePort = HostPort & { service: string };

/** Compares published ports with each other and with those in use on the host. */
function checkPorts(
  published: readonly ServicePort[],
  takenPorts: HostContext["takenPorts"],
  add: ServiceCheck["add"],
): void {
  for (const [index, port] of published.entries()) {
    const earlier = published.slice(0, index).find((other) => conflicts(port, other));
    if (earlier) {
      const isSame = earlier.service === port.service;
      add(port, "error", isSame ? findingMessages.portTwice(port) : findingMessages.portUsedBy(port, earlier.service));
    }
    const taken = takenPorts?.find((other) => conflicts(port, other));
    if (taken) add(port, "warning", findingMessages.portTaken(port, taken.by));
  }
  const [first] = published;
  if (takenPorts === null && first) add(first, "warning", findingMessages.portsUnknown);
}

interface ServiceCheck {
  name: string;
  key: Span;
  service: ReadonlyMap<string, Entry>;
  services: ReadonlyMap<string, Entry>;
  defined: Record<"networks" | "volumes" | "secrets" | "configs", ReadonlySet<string>>;
  /** True when the file includes others, which may define what this one does not. */
  included: boolean;
  add(span: Span, severity: Finding["severity"], message: string): void;
}

function checkService({ name, key, service, services, defined, included, add }: ServiceCheck): void {
  const value = (part: string) => service.get(part)?.value;
  const missing = (span: Span, what: string) => void (included || add(span, "error", what));
  if (!["image", "build", "extends", "provider"].some((part) => service.has(part))) {
    add(key, "error", findingMessages.noImage(name));
  }
  for (const part of ["depends_on", "links", "volumes_from"]) {
    for (const { name: other, span } of namesOf(value(part))) {
      const wanted = part === "depends_on" ? other : (other.split(":", 1)[0] ?? other);
      if (!services.has(wanted) && wanted !== "container") missing(span, findingMessages.noSuchService(wanted));
    }
  }
  const mode = textOf(value("network_mode")) ?? "";
  if (mode.startsWith("service:") && !services.has(mode.slice(8))) {
    missing(value("network_mode") ?? key, findingMessages.noSuchService(mode.slice(8)));
  }
  if (mode !== "" && service.has("networks")) {
    add(service.get("networks")?.key ?? key, "error", findingMessages.networkModeConflict);
  }
  for (const { name: network, span } of namesOf(value("networks"))) {
    if (!defined.networks.has(network)) {
      missing(span, findingMessages.networkUndefined(network));
    }
  }
  for (const item of itemsOf(value("volumes"))) {
    const volume = namedVolume(item);
    if (volume !== undefined && !defined.volumes.has(volume)) {
      missing(item, findingMessages.volumeUndefined(volume));
    }
  }
  for (const part of ["secrets", "configs"] as const) {
    for (const item of itemsOf(value(part))) {
      const source = item.kind === "map" ? textOf(item.entries.get("source")?.value) : textOf(item);
      if (source !== undefined && !defined[part].has(source)) {
        missing(item, findingMessages.sourceUndefined(source, part));
      }
    }
  }
  const image = textOf(value("image"));
  if (image && !/[:@$]/.test(image.slice(image.lastIndexOf("/") + 1))) {
    add(value("image") ?? key, "info", findingMessages.noTag);
  }
  if (service.has("container_name") && (service.has("scale") || mapAt(asMap(service), "deploy").has("replicas"))) {
    add(service.get("container_name")?.key ?? key, "warning", findingMessages.fixedName);
  }
}

const asMap = (entries: ReadonlyMap<string, Entry>): Value => ({
  kind: "map",
  entries: new Map(entries),
  start: 0,
  end: 0,
});

/** The volume that a mount names; undefined for paths, variables and anonymous volumes. */
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
    if (state.get(name) === "done" || depth > MAX_SERVICES) return false;
    state.set(name, "open");
    const entry = services.get(name)?.value;
    const others = entry?.kind === "map" ? namesOf(entry.entries.get("depends_on")?.value) : [];
    for (const { name: other, span } of others) {
      if (visit(other, depth + 1)) add(span, "error", findingMessages.cycle(name, other));
    }
    state.set(name, "done");
    return false;
  };
  for (const name of [...services.keys()].slice(0, MAX_SERVICES)) visit(name, 0);
}

/** Finds variables without a default that nothing sets: Compose replaces them with an empty text. */
function unsetVariables(text: string, set: ReadonlySet<string>, at: ComposeText["at"]): Finding[] {
  const found: Finding[] = [];
  const reported = new Set<string>();
  for (const line of linesOf(text)) {
    if (line.text.trimStart().startsWith("#")) continue;
    for (const match of line.text.matchAll(
      /\$\$|\$\{([A-Za-z_]\w{0,99})(?!\w)([^}]{0,500})\}|\$([A-Za-z_]\w{0,99})/g,
    )) {
      const name = match[1] ?? match[3];
      if (name === undefined || (match[2] ?? "") !== "" || set.has(name) || reported.has(name)) continue;
      if (name === "PATH" || name === "HOME" || name === "DOCKER_HOST") continue;
      if (found.length >= MAX_FINDINGS) return found;
      reported.add(name);
      const start = line.start + match.index;
      const message = findingMessages.unsetVariable(name);
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
