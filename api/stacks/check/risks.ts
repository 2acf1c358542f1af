import { posix } from "node:path";
import { type Entry, itemsOf, type Span, textOf, type Value } from "./document.ts";

/** Paths of the host whoever can write to owns the machine, and those who can read learn its secrets. */
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
/** Rights of the kernel that are as good as being root on the host. */
const strongCapabilities = /^(CAP_)?(ALL|SYS_ADMIN|SYS_MODULE|SYS_PTRACE|SYS_RAWIO|DAC_READ_SEARCH|NET_ADMIN|BPF)$/i;

/** What a service takes of the host: not wrong, but worth knowing before it is started. */
export function* findRisks(service: ReadonlyMap<string, Entry>): Generator<{ span: Span; message: string }> {
  const entry = (name: string) => service.get(name);
  const value = (name: string) => textOf(entry(name)?.value);
  const of = (name: string, message: string) => {
    const found = entry(name);
    return found ? [{ span: { start: found.key.start, end: found.value.end }, message }] : [];
  };
  if (value("privileged") === "true") {
    yield* of("privileged", "A privileged container has all rights of the host: whoever gets in owns the machine.");
  }
  if (value("use_api_socket") === "true") yield* of("use_api_socket", socketMessage);
  if (value("network_mode") === "host") {
    yield* of("network_mode", "The container uses the host's own network: its ports are open without being published.");
  }
  if (value("pid") === "host") yield* of("pid", "The container sees all processes of the host.");
  if (value("ipc") === "host") yield* of("ipc", "The container sees the host's shared memory.");
  if (value("userns_mode") === "host")
    yield* of("userns_mode", "The mapping of users is turned off: root inside is root outside.");
  for (const item of itemsOf(entry("cap_add")?.value)) {
    const name = textOf(item) ?? "";
    if (strongCapabilities.test(name)) yield { span: item, message: `\`${name}\` is close to being root on the host.` };
  }
  for (const item of itemsOf(entry("security_opt")?.value)) {
    if (/^(seccomp|apparmor)[:=]unconfined$/.test(textOf(item) ?? "")) {
      yield { span: item, message: "This takes away a wall between the container and the host." };
    }
  }
  for (const item of itemsOf(entry("volumes")?.value)) {
    const message = mountRisk(item);
    if (message) yield { span: item, message };
  }
}

const socketMessage = "Whoever gets into this container controls Docker, and by that the whole machine.";

function mountRisk(item: Value): string | undefined {
  const part = (name: string) => (item.kind === "map" ? textOf(item.entries.get(name)?.value) : undefined);
  const text = textOf(item);
  const source = text === undefined ? part("source") : text.split(":", 1)[0];
  if (!source?.startsWith("/")) return undefined;
  const path = posix.normalize(source).replace(/(.)\/$/, "$1");
  if (/(^|\/)(docker|containerd|podman)\.sock$/.test(path)) return socketMessage;
  if (path === "/") return "The whole file system of the host is mounted.";
  const under = sensitive.find((folder) => path === folder || path.startsWith(`${folder}/`));
  if (under === undefined || /^\/(etc\/(localtime|timezone)|usr\/share\/zoneinfo)/.test(path)) return undefined;
  const readOnly = text === undefined ? part("read_only") === "true" : /:([^:]*,)?ro(,|$)/.test(text);
  return readOnly
    ? `\`${path}\` of the host can be read from inside: it may hold secrets.`
    : `\`${path}\` of the host can be written from inside.`;
}
