import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";

/** Bytes since the interface came up. */
export interface InterfaceCounters {
  name: string;
  rxBytes: number;
  txBytes: number;
}

export interface ListedInterface extends InterfaceCounters {
  /** Whether its bytes are part of the host's total; false if another interface counts the same bytes. */
  counted: boolean;
}

/** An interface, and the interfaces that it is built on, as described by the kernel. */
export interface InterfaceFacts {
  /** Bus of its device (`pci`, `virtio`, `usb`); null for a virtual interface. */
  bus: string | null;
  /** The bond, bridge, team or VRF that it is a port of. */
  master: string | null;
  /** Interfaces that it is built on, for example as a VLAN, bond or macvlan. */
  lower: readonly string[];
  isBridge: boolean;
  /** Whether a program is at the other end (a VPN, a virtual machine). */
  isTun: boolean;
  /** Link type: an ARPHRD number of the kernel. */
  type: number;
  index: number;
  /** Index of the interface below, possibly in another network namespace; its own index if there is none. */
  link: number;
}

/** Not listed: these carry the bytes of other interfaces of the host, and there can be hundreds. */
const innerName =
  /^(ifb|veth|br-|docker|podman|nerdctl|virbr|vnet|tap|cni|cali|cilium|lxc|lxd|flannel|vxlan|genev|azv|gke|kube-|nodelocaldns|dummy|ovs-|fwbr|fwpr|fwln|vif|sit|tunl|ip6tnl|gre|erspan|ip_vti|ip6_vti|ip6gre|teql)/;
/** Usual names of interfaces built on others; used if sysfs does not describe them. */
const upperName = /^(bond|team|br\d|br\b|bridge|vmbr|vlan|wg|tun|tailscale|zt|nebula|ppp|macv|ipvl)|[.@]/;

const LOOPBACK = 772;
/** Monitor interfaces, which copy the frames of a wireless card. */
const monitorTypes: ReadonlySet<number> = new Set([801, 802, 803]);
/** Without a link layer (tun, WireGuard), PPP, and tunnels. */
const tunnelTypes: ReadonlySet<number> = new Set([65534, 512, 768, 769, 776, 778, 823]);

/** Parses the counters of `/proc/net/dev`, including the loopback interface. */
export function parseInterfaces(dev: string): InterfaceCounters[] {
  return dev.split("\n").flatMap((line) => {
    const [, name, counters] = /^\s*([^\s:]+):\s*(.*)$/.exec(line) ?? [];
    if (!name || !counters) return [];
    const fields = counters.trim().split(/\s+/).map(Number);
    return [{ name, rxBytes: fields[0] ?? 0, txBytes: fields[8] ?? 0 }];
  });
}

/**
 * Lists the interfaces to show and marks those that count. All traffic of the host passes a network card: bonds, bridges,
 * VLANs, macvlans and tunnels above it show the same bytes again. Without a card (in a container), the outermost interfaces
 * count.
 */
export function listInterfaces(
  counters: readonly InterfaceCounters[],
  factsOf: (name: string) => InterfaceFacts | undefined,
): ListedInterface[] {
  const facts = new Map(counters.map(({ name }) => [name, factsOf(name)]));
  const all = counters.filter(({ name }) => !isAside(name, facts.get(name)));
  const counts = outermost(all, facts);
  return all
    .map((one) => ({ ...one, counted: counts.has(one.name) }))
    .filter(({ name, counted }) => counted || !innerName.test(name));
}

/** Whether an interface has no traffic with other hosts of its own: the loopback and monitors. */
function isAside(name: string, facts: InterfaceFacts | undefined): boolean {
  return name === "lo" || facts?.type === LOOPBACK || monitorTypes.has(facts?.type ?? 0);
}

function outermost(
  all: readonly InterfaceCounters[],
  facts: ReadonlyMap<string, InterfaceFacts | undefined>,
): ReadonlySet<string> {
  const names = all.map(({ name }) => name);
  const where = (test: (name: string, facts: InterfaceFacts | undefined) => boolean) =>
    new Set(names.filter((name) => test(name, facts.get(name))));

  const cards = where((_, one) => one !== undefined && one.bus !== null && one.bus !== "xen-backend");
  const cardIndexes = new Set([...cards].map((name) => facts.get(name)?.index));
  const ends = where((name, one) => {
    if (!one || !cards.has(name)) return false;
    // A virtual function below its synthetic card (Azure), or a port of a switch chip behind its conduit.
    if (one.master !== null && cards.has(one.master)) return false;
    return one.link === one.index || !cardIndexes.has(one.link);
  });
  if (ends.size > 0) return ends;

  const isOuter = (name: string, one: InterfaceFacts | undefined) => {
    if (innerName.test(name)) return false;
    return one ? one.master === null && one.lower.length === 0 && !one.isBridge : !upperName.test(name);
  };
  const outer = where(isOuter);
  const plain = where((name, one) => outer.has(name) && !one?.isTun && !tunnelTypes.has(one?.type ?? 0));
  const named = where((name) => !innerName.test(name));
  return [plain, outer, named].find(({ size }) => size > 0) ?? new Set(names);
}

const NET_CLASS = "/sys/class/net";

/** Reads the counters. Synchronous: procfs and sysfs are in memory, and asynchronous reads would wait behind a dead mount. */
export function readInterfaces(): ListedInterface[] {
  return listInterfaces(parseInterfaces(readFileSync("/proc/net/dev", "utf8")), (name) => readInterfaceFacts(name));
}

/** Reads an interface from sysfs; undefined if sysfs does not describe it. @param folder of sysfs */
export function readInterfaceFacts(name: string, folder = NET_CLASS): InterfaceFacts | undefined {
  const at = (...parts: string[]) => join(folder, name, ...parts);
  try {
    const entries = readdirSync(at());
    const number = (file: string) => Number(readFileSync(at(file), "utf8").trim());
    const target = (link: string) => basename(readlinkSync(at(link)));
    return {
      bus: entries.includes("device") ? busOf(at("device", "subsystem")) : null,
      master: entries.includes("master") ? target("master") : null,
      lower: entries.filter((entry) => entry.startsWith("lower_")).map((entry) => entry.slice("lower_".length)),
      isBridge: entries.includes("bridge"),
      isTun: entries.includes("tun_flags"),
      type: number("type"),
      index: number("ifindex"),
      link: number("iflink"),
    };
  } catch {
    return undefined; // sysfs is not mounted, or the interface has just gone
  }
}

/** Returns the name of the bus; `device` if there is none. */
function busOf(link: string): string {
  try {
    return basename(readlinkSync(link));
  } catch {
    return "device";
  }
}
