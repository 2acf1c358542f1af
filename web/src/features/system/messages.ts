import type { DependencyName } from "../../../../shared/protocol/system.ts";

/** Texts of the system page and of the cards that it shares with other pages. */
export const systemMessages = {
  title: "System",
  range: "Time range",
  up: (duration: string) => `up ${duration}`,
  waiting: "Waiting for the first sample",
  noSamples: "No live samples",
} as const;

export const chartMessages = {
  cpu: "CPU",
  cpuLabel: "CPU usage over time",
  load: (averages: string) => `load ${averages}`,
  peak: "Peak",
  memory: "Memory",
  memoryLabel: "Memory usage over time",
  swap: "Swap",
  of: (total: string) => `of ${total}`,
  network: "Network",
  networkLabel: "Network traffic over time",
  in: "In",
  out: "Out",
  cores: (count: number) => `Cores (${count})`,
  core: (core: number, usage: string) => `Core ${core}: ${usage}`,
} as const;

export const hostMessages = {
  title: "Host",
  hostname: "Host name",
  system: "System",
  kernel: "Kernel",
  machine: "Machine",
  machineOn: (name: string, hypervisor: string) => [name, hypervisor && `on ${hypervisor}`].filter(Boolean).join(" "),
  processor: "Processor",
  memory: "Memory",
  swap: "Swap",
  swapUsed: (used: string, total: string) => `${used} of ${total}`,
  noSwap: "none",
  booted: "Booted",
  uptime: "Uptime",
} as const;

export const diskMessages = {
  title: "Disks",
  none: "No disks",
  /** The percentage is of what is used and free: what is reserved for root is neither. */
  usage: (used: string, free: string, reserved: string) =>
    [`${used} used`, `${free} free`, reserved && `${reserved} reserved`].filter(Boolean).join(", "),
  used: (mount: string) => `${mount} used`,
  unknown: "Unknown",
} as const;

export const interfaceMessages = {
  title: "Interfaces",
  label: "Network interfaces",
  name: "Interface",
  none: "No interfaces",
  in: "In",
  out: "Out",
  sinceBoot: "Since boot",
  notCounted: "not in total",
  notCountedHint: "Not part of the total: a network card counts the same bytes.",
} as const;

export const dependencyMessages = {
  title: "Dependencies",
  names: {
    docker: "Docker Engine",
    pm2: "PM2",
    files: "File root",
    realtime: "Realtime server",
    redis: "Redis",
  } satisfies Record<DependencyName, string>,
  up: "Up",
  down: "Down",
  absent: {
    docker: "Not installed",
    pm2: "Not running",
    files: "Not configured",
    realtime: "Not configured",
    redis: "Not configured",
  } satisfies Record<DependencyName, string>,
} as const;
