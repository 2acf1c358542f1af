/** Texts of the overview. */
export const overviewMessages = {
  title: "Overview",
} as const;

export const hostTileMessages = {
  host: "Host",
  cpu: "CPU",
  cpuLabel: "CPU usage",
  cpuNote: (cores: number, load: string) => `${cores} ${cores === 1 ? "core" : "cores"}, load ${load}`,
  memory: "Memory",
  memoryLabel: "Memory usage",
  used: (used: string, total: string) => `${used} of ${total}`,
  network: "Network",
  networkLabel: "Network traffic",
  networkNote: (out: string) => `in, ${out} out`,
  uptime: "Uptime",
  swap: (usage: string) => `swap ${usage}`,
  swapOff: "off",
} as const;

export const tileMessages = {
  running: (total: number) => `of ${total} running`,
  more: (count: number) => `${count} more`,
  unavailable: "Not available on this host.",
  services: "Containers",
  noServices: "No containers on this host yet.",
  noServicesInScope: "None of the containers that you have access to exists.",
  deployments: "Processes",
  noDeployments: "PM2 runs no processes yet.",
  noDeploymentsInScope: "None of the processes that you have access to exists.",
  mcp: "MCP servers",
  noServers: "No MCP servers registered yet.",
  files: "Files",
  free: "free",
  noDisk: "Browse, edit and upload inside the file root.",
  diskUsed: (mount: string) => `${mount} used`,
  usedOn: (used: string, total: string) => `${used} of ${total} used on`,
} as const;

export const attentionMessages = {
  title: "Needs attention",
  none: "No problems",
  noneHint: "Nothing is down, failing, unhealthy or running out of space.",
  unknown: (sources: string) => `Unknown: ${sources} did not respond.`,
  sources: { docker: "Docker", pm2: "PM2", mcp: "MCP servers", stacks: "Stacks", alerts: "Alerts" },
  moreDisks: (mounts: string, count: number) => `${mounts} and ${count} more disks`,
  firing: { text: "firing", title: "Firing alerts" },
  down: { text: "down", title: "Containers and processes that are down" },
  missing: { text: "missing", title: "Services without a container" },
} as const;

/** Why something needs attention. */
export const concernMessages = {
  errored: "Errored, PM2 no longer restarts it",
  restarting: "Restarts again and again",
  missing: (count: number) => (count === 1 ? "1 service has no container" : `${count} services have no container`),
  failed: "Failed",
  diskUsed: (percent: number) => `${percent}% of the disk is used`,
} as const;
