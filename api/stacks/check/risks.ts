import { posix } from "node:path";
import { type Entry, itemsOf, textOf, type Value } from "./document.ts";
import { riskMessages } from "./messages.ts";
import type { Span } from "./span.ts";

/** Host paths that give root when writable and leak secrets when readable. */
const sensitive = [
  "/etc",
  "/root",
  "/boot",
  "/proc",
  "/sys",
  "/dev",
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/var/lib/docker",
  "/var/run",
  "/run",
  "/home",
];
/** Kernel capabilities that are equivalent to being root on the host. */
const strongCapabilities = /^(CAP_)?(ALL|SYS_ADMIN|SYS_MODULE|SYS_PTRACE|SYS_RAWIO|DAC_READ_SEARCH|NET_ADMIN|BPF)$/i;

/** Finds settings that give a service access to the host: allowed, but worth knowing before it starts. */
export function* findRisks(service: ReadonlyMap<string, Entry>): Generator<{ span: Span; message: string }> {
  const entry = (name: string) => service.get(name);
  const value = (name: string) => textOf(entry(name)?.value);
  const of = (name: string, message: string) => {
    const found = entry(name);
    return found ? [{ span: { start: found.key.start, end: found.value.end }, message }] : [];
  };
  if (value("privileged") === "true") {
    yield* of("privileged", riskMessages.privileged);
  }
  if (value("use_api_socket") === "true") yield* of("use_api_socket", riskMessages.dockerSocket);
  if (value("network_mode") === "host") {
    yield* of("network_mode", riskMessages.hostNetwork);
  }
  if (value("pid") === "host") yield* of("pid", riskMessages.hostPid);
  if (value("ipc") === "host") yield* of("ipc", riskMessages.hostIpc);
  if (value("userns_mode") === "host") yield* of("userns_mode", riskMessages.hostUsers);
  for (const item of itemsOf(entry("cap_add")?.value)) {
    const name = textOf(item) ?? "";
    if (strongCapabilities.test(name)) yield { span: item, message: riskMessages.capability(name) };
  }
  for (const item of itemsOf(entry("security_opt")?.value)) {
    if (/^(seccomp|apparmor)[:=]unconfined$/.test(textOf(item) ?? "")) {
      yield { span: item, message: riskMessages.unconfined };
    }
  }
  for (const item of itemsOf(entry("volumes")?.value)) {
    const message = mountRisk(item);
    if (message) yield { span: item, message };
  }
}

function mountRisk(item: Value): string | undefined {
  const part = (name: string) => (item.kind === "map" ? textOf(item.entries.get(name)?.value) : undefined);
  const text = textOf(item);
  const source = text === undefined ? part("source") : text.split(":", 1)[0];
  if (!source?.startsWith("/")) return undefined;
  const path = posix.normalize(source).replace(/(.)\/$/, "$1");
  if (/(^|\/)(docker|containerd|podman)\.sock$/.test(path)) return riskMessages.dockerSocket;
  if (path === "/") return riskMessages.wholeFileSystem;
  const under = sensitive.find((folder) => path === folder || path.startsWith(`${folder}/`));
  if (under === undefined || /^\/(etc\/(localtime|timezone)|usr\/share\/zoneinfo)/.test(path)) return undefined;
  const readOnly = text === undefined ? part("read_only") === "true" : /:([^:]*,)?ro(,|$)/.test(text);
  return readOnly ? riskMessages.pathReadable(path) : riskMessages.pathWritable(path);
}
