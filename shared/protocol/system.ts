/** One sample of the host. Bytes, seconds, percent 0-100. */
export interface SystemStats {
  cpu: {
    count: number;
    /** Share used between this sample and the one before. */
    usage: number;
    /** 1, 5 and 15 minutes. */
    loadAvg: [number, number, number];
    perCore: number[];
  };
  memory: {
    total: number;
    free: number;
    /** Without page cache and buffers: total minus available. */
    used: number;
    available: number;
    usagePercent: number;
  };
  swap: { total: number; used: number; free: number; usagePercent: number };
  /** Each disk once. */
  disks: DiskStats[];
  /** File systems that could not be measured: they are there, and how full they are is not known. Absent when there are none. */
  unknownDisks?: UnknownDisk[] | undefined;
  /** The total is the sum of those that are `counted`. */
  network: NetworkStats[];
  /** Seconds since the host started. */
  uptime: number;
  platform: string;
  hostname: string;
  /** Null when PM2's daemon is not running. */
  pm2Processes: { total: number; online: number } | null;
  /** Null when there is no Engine. */
  containers: { total: number; running: number } | null;
  /** ISO 8601. */
  timestamp: string;
}

export interface DiskStats {
  mount: string;
  device: string;
  type: string;
  total: number;
  used: number;
  available: number;
  usagePercent: number;
}

export interface UnknownDisk {
  mount: string;
  device: string;
  type: string;
  /** `denied`: the panel's user may not ask; `omitted`: there are too many. */
  state: "silent" | "failed" | "denied" | "omitted";
  /** One sentence. */
  reason: string;
}

/** One network interface: totals since boot and rates since the sample before. */
export interface NetworkStats {
  name: string;
  /** False where another interface counts the same bytes: a bond, bridge, VLAN or tunnel over a network card. */
  counted: boolean;
  rxBytes: number;
  txBytes: number;
  rxBytesPerSecond: number;
  txBytesPerSecond: number;
}

/** What the machine is made of; texts are empty where it does not say. */
export interface HardwareInfo {
  manufacturer: string;
  model: string;
  /** The hypervisor or container technology it runs on; empty on bare metal. */
  virtualization: string;
  sockets: number;
  physicalCores: number;
  maxSpeedGHz: number | null;
}

/** What does not change while the host runs. */
export interface SystemInfo {
  hostname: string;
  platform: string;
  distribution: string;
  kernel: string;
  architecture: string;
  cpuModel: string;
  cpuCount: number;
  memoryTotal: number;
  /** ISO 8601. */
  bootedAt: string;
  /** Null where it could not be read. */
  hardware: HardwareInfo | null;
}

/** A part the panel depends on, absent or present: an absent one is a state, not an error. */
export interface DependencyState {
  state: "up" | "down" | "absent";
  /** What to do about it, in one sentence. */
  hint?: string;
}

export type DependencyName = "docker" | "pm2" | "files" | "realtime" | "redis";
