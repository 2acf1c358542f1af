/**
 * A container to be made: all that may differ from one to the other. There is no field for privileges, added
 * capabilities, folders or devices of the host, or namespaces of others: what is not here cannot be asked for.
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
  /** Undefined leaves the image's own in place. */
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
  /** Null: reached inside its network only. */
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

/** Of a container's log the Engine keeps so much: three files of 10 MB. */
export const LOG_LIMITS = { "max-size": "10m", "max-file": "3" } as const;

const NANOSECONDS = 1_000_000_000;

/** Body of `POST /containers/create`. */
export function toCreateDocument(plan: ContainerPlan) {
  const published = plan.ports.filter(({ hostPort }) => hostPort !== null);
  const key = ({ container, protocol }: PlannedPort) => `${container}/${protocol}`;
  return {
    Image: plan.image,
    ...(plan.hostname === undefined ? {} : { Hostname: plan.hostname }),
    ...(plan.entrypoint === undefined ? {} : { Entrypoint: [...plan.entrypoint] }),
    ...(plan.command === undefined ? {} : { Cmd: [...plan.command] }),
    Env: plan.environment.map(([name, value]) => `${name}=${value}`),
    Labels: { ...plan.labels },
    ExposedPorts: Object.fromEntries(plan.ports.map((port) => [key(port), {}])),
    StopTimeout: plan.stopSeconds,
    ...(plan.health === undefined ? {} : { Healthcheck: toHealthcheck(plan.health) }),
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
      ...(plan.memory === undefined ? {} : { Memory: plan.memory }),
      ...(plan.sharedMemory === undefined ? {} : { ShmSize: plan.sharedMemory }),
      ...(plan.openFiles === undefined
        ? {}
        : { Ulimits: [{ Name: "nofile", Soft: plan.openFiles, Hard: plan.openFiles }] }),
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
