/**
 * Keys of a compose file by the Compose Specification: the purpose of each key, and the shape of its value. Used for
 * completion in the editor and for checks in the API. Rarely used parts are `any`: Docker Compose validates them.
 */
export type Shape =
  | "text" // a string
  | "value" // any single value: environment variables, labels
  | "number"
  | "boolean"
  | "any"
  | { words: readonly string[] }
  | { list: Shape }
  | { map: Shape }
  | { keys: ComposeKeys }
  | { either: readonly Shape[] };

export interface ComposeKey {
  about: string;
  shape: Shape;
}
export type ComposeKeys = Readonly<Record<string, ComposeKey>>;

const key = (about: string, shape: Shape): ComposeKey => ({ about, shape });
const listOf = (shape: Shape): Shape => ({ list: shape });
const mapOf = (shape: Shape): Shape => ({ map: shape });
const keys = (of: ComposeKeys): Shape => ({ keys: of });
const either = (...shapes: Shape[]): Shape => ({ either: shapes });
const words = (...of: string[]): Shape => ({ words: of });

const texts = listOf("text");
const textOrList = either("text", texts);
const textOrNumber = either("text", "number");
/** `- NAME=value` or `NAME: value`. */
const pairs = either(mapOf("value"), texts);
const labels = key("Labels, as a list of `name=value` or as names with values.", pairs);

const healthcheck = keys({
  test: key(
    "Command that ends with 0 while the container is well: `[CMD, …]`, `[CMD-SHELL, …]` or a text.",
    textOrList,
  ),
  interval: key("Time between two checks, such as `30s`.", "text"),
  timeout: key("Time limit of a check.", "text"),
  retries: key("Consecutive failed checks until the container is unhealthy.", "number"),
  start_period: key("Time after the start in which failures do not count.", "text"),
  start_interval: key("Time between checks within the start period.", "text"),
  disable: key("Disables the check of the image.", "boolean"),
});

const build: ComposeKeys = {
  context: key("Folder or repository address of the build context.", "text"),
  dockerfile: key("Path of the Dockerfile inside the context.", "text"),
  dockerfile_inline: key("Content of the Dockerfile.", "text"),
  args: key("Build arguments.", pairs),
  target: key("Stage to build.", "text"),
  labels,
  cache_from: key("Images to take layers from.", texts),
  cache_to: key("Locations to store layers.", texts),
  additional_contexts: key("Further named contexts.", pairs),
  network: key("Network of the build's steps.", "text"),
  no_cache: key("Builds every layer without the cache.", "boolean"),
  pull: key("Always pulls the base images.", "boolean"),
  platforms: key("Platforms to build for.", texts),
  privileged: key("Runs the build with all privileges of the host.", "boolean"),
  secrets: key("Secrets the build may read.", listOf("any")),
  ssh: key("SSH agents the build may use.", pairs),
  shm_size: key("Size of /dev/shm.", textOrNumber),
  tags: key("Further tags of the image.", texts),
  extra_hosts: key("More entries for /etc/hosts.", "any"),
  isolation: key("Isolation technology of the platform.", "text"),
  entitlements: key("Privileges that the build needs.", texts),
  ulimits: key("Limits of the build's processes.", mapOf("any")),
};

const resources = keys({
  cpus: key("Processors, such as `0.5`.", textOrNumber),
  memory: key("Memory, such as `512M`.", "text"),
  pids: key("Most processes.", textOrNumber),
  devices: key("Devices that are reserved.", listOf("any")),
  generic_resources: key("Resources of the user's own kinds.", listOf("any")),
});

const deploy = keys({
  replicas: key("How many containers run.", textOrNumber),
  resources: key(
    "Limits and reservations.",
    keys({ limits: key("At most.", resources), reservations: key("At least.", resources) }),
  ),
  restart_policy: key(
    "Restart policy of the containers.",
    keys({
      condition: key("`none`, `on-failure` or `any`.", words("none", "on-failure", "any")),
      delay: key("Delay before a restart.", "text"),
      max_attempts: key("Maximum number of restarts.", textOrNumber),
      window: key("Time after which a start counts as successful.", "text"),
    }),
  ),
  mode: key("`replicated` or `global`.", words("replicated", "global", "replicated-job", "global-job")),
  labels,
  placement: key("Constraints on the nodes that may run it.", "any"),
  update_config: key("How updates roll out.", "any"),
  rollback_config: key("How updates are rolled back.", "any"),
  endpoint_mode: key("`vip` or `dnsrr`.", "text"),
});

const membership: ComposeKeys = {
  aliases: key("Further names in this network.", texts),
  ipv4_address: key("Fixed address.", "text"),
  ipv6_address: key("Fixed address.", "text"),
  link_local_ips: key("Link-local addresses.", texts),
  mac_address: key("MAC address.", "text"),
  driver_opts: key("Options of the driver.", mapOf("value")),
  gw_priority: key("Priority for the default gateway.", textOrNumber),
  interface_name: key("Name of the interface inside.", "text"),
  priority: key("Order in which networks are joined.", textOrNumber),
};

const conditions = words("service_started", "service_healthy", "service_completed_successfully");

const service: ComposeKeys = {
  image: key("Image the containers are made from, such as `nginx:1.29-alpine`.", "text"),
  build: key("Builds the image: a folder, or build options.", either("text", keys(build))),
  container_name: key("Fixed name of the container. Prevents scaling of the service.", "text"),
  command: key("In place of the image's command.", either("text", texts)),
  entrypoint: key("In place of the image's entry point.", either("text", texts)),
  environment: key("Environment variables. A name without a value takes it from the `.env` file.", pairs),
  env_file: key(
    "Files with environment variables.",
    either(
      "text",
      listOf(
        either(
          "text",
          keys({
            path: key("The file.", "text"),
            required: key("Whether the file must exist.", "boolean"),
            format: key("Format of the file.", "text"),
          }),
        ),
      ),
    ),
  ),
  ports: key(
    "Published ports: `host:container`, `address:host:container`, or in the long form.",
    listOf(
      either(
        "text",
        "number",
        keys({
          target: key("Port inside the container.", textOrNumber),
          published: key("Port, or range of ports, on the host.", textOrNumber),
          host_ip: key("Address on the host; default: all addresses.", "text"),
          protocol: key("`tcp` or `udp`.", words("tcp", "udp", "sctp")),
          mode: key("`host` or `ingress`.", words("host", "ingress")),
          name: key("Display name.", "text"),
          app_protocol: key("What is spoken, such as `http`.", "text"),
        }),
      ),
    ),
  ),
  expose: key("Ports for other containers; not published.", listOf(textOrNumber)),
  volumes: key(
    "Mounts: `volume:/path`, `./folder:/path:ro`, or in the long form.",
    listOf(
      either(
        "text",
        keys({
          type: key("Type of the mount.", words("volume", "bind", "tmpfs", "npipe", "cluster", "image")),
          source: key("Volume, or path on the host.", "text"),
          target: key("Path inside the container.", "text"),
          read_only: key("Makes the mount read-only.", "boolean"),
          consistency: key("Kept for older files.", "text"),
          bind: key("Options of a mounted path.", "any"),
          volume: key("Options of a volume.", "any"),
          tmpfs: key("Options of a memory disk.", "any"),
          image: key("Options of a mounted image.", "any"),
        }),
      ),
    ),
  ),
  depends_on: key(
    "Services that must be started before, and their required state.",
    either(
      texts,
      mapOf(
        keys({
          condition: key("Required state of the other service.", conditions),
          restart: key("Restarts this service when the other is recreated.", "boolean"),
          required: key("Whether the other service must exist.", "boolean"),
        }),
      ),
    ),
  ),
  restart: key("`no`, `always`, `on-failure[:tries]` or `unless-stopped`.", "text"),
  healthcheck: key("Health check of the container.", healthcheck),
  networks: key("Networks of the container.", either(texts, mapOf(keys(membership)))),
  network_mode: key("`none`, `host`, `bridge`, `service:name` or `container:name`, in place of networks.", "text"),
  labels,
  label_file: key("Files with labels.", textOrList),
  logging: key(
    "Log driver and its options.",
    keys({
      driver: key("Such as `json-file`, `local` or `none`.", "text"),
      options: key("Such as `max-size: 10m`.", mapOf("value")),
    }),
  ),
  deploy: key("Replicas, and limits of memory and CPU.", deploy),
  profiles: key("Profiles of the service: it is started only if one of them is active.", texts),
  user: key("User, and group, its processes run as: `1000:1000`.", "text"),
  group_add: key("More groups.", listOf(textOrNumber)),
  working_dir: key("Working directory of the command.", "text"),
  hostname: key("Host name inside.", "text"),
  domainname: key("Domain name inside.", "text"),
  extra_hosts: key("More entries for /etc/hosts.", either(texts, mapOf("any"))),
  dns: key("DNS servers.", textOrList),
  dns_search: key("DNS search domains.", textOrList),
  dns_opt: key("DNS options.", texts),
  links: key("Links to other services, with aliases.", texts),
  external_links: key("Links to containers outside of the project.", texts),
  extends: key(
    "Extends another service.",
    either(
      "text",
      keys({
        service: key("Which one.", "text"),
        file: key("File of the other service.", "text"),
      }),
    ),
  ),
  init: key("Runs an init process that reaps processes and forwards signals.", "boolean"),
  tty: key("Allocates a terminal.", "boolean"),
  stdin_open: key("Keeps stdin open.", "boolean"),
  read_only: key("Makes the file system of the container read-only.", "boolean"),
  tmpfs: key("Memory disks.", textOrList),
  shm_size: key("Size of /dev/shm.", textOrNumber),
  stop_grace_period: key("Time to stop before the container is killed.", "text"),
  stop_signal: key("Signal to stop the container.", "text"),
  pull_policy: key("When the image is pulled: `always`, `missing`, `never`, `build`, `daily`.", "text"),
  platform: key("Platform, such as `linux/arm64`.", "text"),
  scale: key("How many containers run.", textOrNumber),
  mem_limit: key("Most memory, such as `512m`.", textOrNumber),
  mem_reservation: key("Reserved memory (soft limit).", textOrNumber),
  memswap_limit: key("Limit of memory and swap together.", textOrNumber),
  mem_swappiness: key("Tendency to swap, 0 to 100.", textOrNumber),
  cpus: key("Processors, such as `0.5`.", textOrNumber),
  cpuset: key("Which processors.", "text"),
  cpu_shares: key("CPU weight relative to other containers.", textOrNumber),
  cpu_quota: key("CPU time in microseconds per period.", textOrNumber),
  cpu_period: key("Length of a period in microseconds.", textOrNumber),
  cpu_count: key("Number of processors.", textOrNumber),
  cpu_percent: key("Share of the processors.", textOrNumber),
  cpu_rt_period: key("Real-time period.", textOrNumber),
  cpu_rt_runtime: key("Real-time share.", textOrNumber),
  pids_limit: key("Most processes.", textOrNumber),
  ulimits: key(
    "Limits such as `nofile`.",
    mapOf(
      either(
        "text",
        "number",
        keys({
          soft: key("Soft limit.", textOrNumber),
          hard: key("At most.", textOrNumber),
        }),
      ),
    ),
  ),
  sysctls: key("Kernel settings of its namespaces.", pairs),
  cap_add: key("Additional kernel capabilities.", texts),
  cap_drop: key("Rights of the kernel it loses; `ALL` is a good start.", texts),
  privileged: key("All privileges of the host: access to the container is equivalent to root on the host.", "boolean"),
  security_opt: key("Such as `no-new-privileges:true`.", texts),
  devices: key("Devices of the host.", listOf(either("text", "any"))),
  device_cgroup_rules: key("Rules for devices.", texts),
  gpus: key("GPUs: `all`, or a list.", "any"),
  secrets: key("Secrets that the container may read.", listOf(either("text", "any"))),
  configs: key("Configs that the container may read.", listOf(either("text", "any"))),
  pid: key("`host` shows it all processes of the machine.", "text"),
  ipc: key("IPC namespace.", "text"),
  uts: key("UTS namespace (host name).", "text"),
  userns_mode: key("`host` turns off the mapping of users.", "text"),
  cgroup: key("`host` or `private`.", "text"),
  cgroup_parent: key("Parent cgroup.", "text"),
  mac_address: key("MAC address.", "text"),
  isolation: key("Isolation technology of the platform.", "text"),
  runtime: key("OCI runtime.", "text"),
  oom_kill_disable: key("Disables the OOM killer for the container.", "boolean"),
  oom_score_adj: key("Preference of the OOM killer, -1000 to 1000.", textOrNumber),
  storage_opt: key("Options of the storage driver.", "any"),
  volumes_from: key("Mounts the volumes of another service.", texts),
  volume_driver: key("Kept for older files.", "text"),
  blkio_config: key("Block I/O limits.", "any"),
  credential_spec: key("Credential spec of Windows.", "any"),
  annotations: key("Annotations for the runtime.", pairs),
  attach: key("Whether its log is shown by `up` in the foreground.", "boolean"),
  develop: key("File watching during development.", "any"),
  driver_opts: key("Options of drivers.", "any"),
  models: key("AI models it uses.", "any"),
  post_start: key("Commands after the start.", "any"),
  pre_stop: key("Commands before the stop.", "any"),
  provider: key("Provisioned by a provider other than Docker.", "any"),
  use_api_socket: key("Gives it Docker's socket: access to the container is root on the machine.", "boolean"),
};

const external = key("Created outside of this file.", either("boolean", keys({ name: key("Actual name.", "text") })));
const name = key("Actual name, instead of one prefixed with the project.", "text");
const driver = key("Driver.", "text");
const driverOptions = key("Options of the driver.", mapOf("value"));

const secretLike = keys({
  file: key("File with the content.", "text"),
  environment: key("Variable with the content.", "text"),
  content: key("The content itself.", "text"),
  external,
  name,
  labels,
  driver,
  driver_opts: driverOptions,
  template_driver: key("Driver of templates.", "text"),
});

const network: ComposeKeys = {
  driver,
  driver_opts: driverOptions,
  external,
  internal: key("Isolates the network from the outside.", "boolean"),
  attachable: key("Other containers may join.", "boolean"),
  enable_ipv4: key("Turns IPv4 on or off.", "boolean"),
  enable_ipv6: key("Turns IPv6 on.", "boolean"),
  ipam: key("Addresses.", "any"),
  labels,
  name,
};

/** Top-level keys of a compose file. Keys that start with `x-` are allowed everywhere. */
export const composeKeys: ComposeKeys = {
  services: key("The containers of this stack, by name.", mapOf(keys(service))),
  networks: key("Networks of the services.", mapOf(keys(network))),
  volumes: key(
    "Named volumes: data that outlives containers.",
    mapOf(
      keys({
        driver,
        driver_opts: driverOptions,
        external,
        labels,
        name,
      }),
    ),
  ),
  secrets: key("Secrets the services may read.", mapOf(secretLike)),
  configs: key("Files the services may read.", mapOf(secretLike)),
  name: key("Name of the project. The panel gives the stack's own name, which wins.", "text"),
  include: key("Other compose files that belong to this one.", "any"),
  models: key("AI models.", "any"),
  version: key("Obsolete: Compose ignores it.", either("text", "number")),
};

/** Returns the shape at a path of keys from the top (`services`, `web`, `ports`); undefined when any value is allowed. */
export function shapeAt(path: readonly string[]): Shape | undefined {
  let shape: Shape | undefined = { keys: composeKeys };
  for (const part of path) shape = shape && below(shape, part);
  return shape;
}

function below(shape: Shape, part: string): Shape | undefined {
  if (typeof shape === "string" || "words" in shape) return undefined;
  if ("keys" in shape) return Object.hasOwn(shape.keys, part) ? shape.keys[part]?.shape : undefined;
  if ("map" in shape) return shape.map;
  if ("list" in shape) return below(shape.list, part);
  for (const one of shape.either) {
    const found = below(one, part);
    if (found) return found;
  }
  return undefined;
}

/** Returns the keys allowed below a shape. */
export function keysOf(shape: Shape | undefined): ComposeKeys {
  if (shape === undefined || typeof shape === "string") return {};
  if ("keys" in shape) return shape.keys;
  if ("list" in shape) return keysOf(shape.list);
  if ("either" in shape) return Object.assign({}, ...shape.either.map(keysOf));
  return {};
}
