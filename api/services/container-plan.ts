/**
 * A container to create. There is no field for privileges, added capabilities, folders or devices of the host, or
 * namespaces of other containers: these cannot be requested.
 */
export interface ContainerPlan {
  name: string;
  /** With its tag. */
  image: string;
  environment: readonly (readonly [name: string, value: string])[];
  labels: Readonly<Record<string, string>>;
  command?: readonly string[] | undefined;
  entrypoint?: readonly string[] | undefined;
  hostname?: string | undefined;
  ports: readonly PlannedPort[];
  /** Named volumes. */
  volumes: readonly { name: string; path: string }[];
  /** Name of a bridge network; `bridge` is the Engine's own. */
  network: string;
  /** The setting of the image by default. */
  health?: PlannedHealth | undefined;
  stopSeconds: number;
  /** Bytes; undefined for no limit. */
  memory?: number | undefined;
  sharedMemory?: number | undefined;
  pids: number;
  openFiles?: number | undefined;
  /** Of Docker's default set. */
  dropCapabilities: readonly string[];
}

export interface PlannedPort {
  container: number;
  protocol: "tcp" | "udp";
  /** Null: reachable inside its network only. */
  hostPort: number | null;
  /** `127.0.0.1`, or empty for every address of the host. */
  hostAddress: "127.0.0.1" | "";
}

export interface PlannedHealth {
  test: readonly string[];
  intervalSeconds: number;
  timeoutSeconds: number;
  retries: number;
  startSeconds: number;
}

/** Bounds the log of a container at the Engine: three files of 10 MB. */
export const LOG_LIMITS = { "max-size": "10m", "max-file": "3" } as const;

const NANOSECONDS = 1_000_000_000;

/** Body of `POST /containers/create`. As JSON it has no undefined fields. */
export function toCreateDocument(plan: ContainerPlan) {
  const published = plan.ports.filter(({ hostPort }) => hostPort !== null);
  const key = ({ container, protocol }: PlannedPort) => `${container}/${protocol}`;
  return {
    Image: plan.image,
    Hostname: plan.hostname,
    Entrypoint: plan.entrypoint && [...plan.entrypoint],
    Cmd: plan.command && [...plan.command],
    Env: plan.environment.map(([name, value]) => `${name}=${value}`),
    Labels: { ...plan.labels },
    ExposedPorts: Object.fromEntries(plan.ports.map((port) => [key(port), {}])),
    StopTimeout: plan.stopSeconds,
    Healthcheck: plan.health && toHealthcheck(plan.health),
    HostConfig: {
      NetworkMode: plan.network,
      PortBindings: Object.fromEntries(
        published.map((port) => [key(port), [{ HostIp: port.hostAddress, HostPort: String(port.hostPort) }]]),
      ),
      Mounts: plan.volumes.map(({ name, path }) => ({ Type: "volume", Source: name, Target: path })),
      RestartPolicy: { Name: "unless-stopped" },
      SecurityOpt: ["no-new-privileges:true"],
      CapDrop: [...plan.dropCapabilities],
      PidsLimit: plan.pids,
      LogConfig: { Type: "json-file", Config: { ...LOG_LIMITS } },
      Memory: plan.memory,
      ShmSize: plan.sharedMemory,
      Ulimits:
        plan.openFiles === undefined ? undefined : [{ Name: "nofile", Soft: plan.openFiles, Hard: plan.openFiles }],
    },
  };
}

const toHealthcheck = ({ test, intervalSeconds, timeoutSeconds, retries, startSeconds }: PlannedHealth) => ({
  Test: [...test],
  Interval: intervalSeconds * NANOSECONDS,
  Timeout: timeoutSeconds * NANOSECONDS,
  Retries: retries,
  StartPeriod: startSeconds * NANOSECONDS,
});
