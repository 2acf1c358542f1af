import { createRequire } from "node:module";
import { onFirstUse } from "../../../shared/server/on-first-use.ts";
import { type ContainerPlan, LOG_LIMITS } from "../../services/container-plan.ts";

const yaml = onFirstUse((): typeof import("yaml") => createRequire(import.meta.url)("yaml"));

/** The plan as a `docker run` command, one option per line. */
export function toCommand(plan: ContainerPlan, ownNetwork: boolean): string {
  const options: [string, string | undefined][] = [
    ["--name", plan.name],
    ["--hostname", plan.hostname],
    ["--restart", "unless-stopped"],
    ["--network", plan.network === "bridge" ? undefined : plan.network],
    ...plan.ports.flatMap((port): [string, string][] =>
      port.hostPort === null ? [] : [["--publish", toBinding(port)]],
    ),
    ...plan.volumes.map(({ name, path }): [string, string] => ["--volume", `${name}:${path}`]),
    ...plan.environment.map(([name, value]): [string, string] => ["--env", `${name}=${value}`]),
    ...Object.entries(plan.labels).map(([name, value]): [string, string] => ["--label", `${name}=${value}`]),
    ...healthOptions(plan),
    ["--memory", plan.memory === undefined ? undefined : `${plan.memory}b`],
    ["--shm-size", plan.sharedMemory === undefined ? undefined : `${plan.sharedMemory}b`],
    ["--pids-limit", String(plan.pids)],
    ["--ulimit", plan.openFiles === undefined ? undefined : `nofile=${plan.openFiles}:${plan.openFiles}`],
    ["--stop-timeout", String(plan.stopSeconds)],
    ["--security-opt", "no-new-privileges:true"],
    ...plan.dropCapabilities.map((name): [string, string] => ["--cap-drop", name]),
    ["--log-driver", "json-file"],
    ...Object.entries(LOG_LIMITS).map(([name, value]): [string, string] => ["--log-opt", `${name}=${value}`]),
    ["--entrypoint", plan.entrypoint?.[0]],
  ];
  const words = [...(plan.entrypoint?.slice(1) ?? []), ...(plan.command ?? [])];
  const lines = options.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${quoted(value)}`]));
  const run = ["docker run --detach", ...lines, [plan.image, ...words].map(quoted).join(" ")].join(" \\\n  ");
  return ownNetwork ? `docker network create ${quoted(plan.network)}\n${run}` : run;
}

/** The plan as a compose file. */
export function toCompose(plan: ContainerPlan, ownNetwork: boolean): string {
  const published = plan.ports.filter(({ hostPort }) => hostPort !== null);
  const { health, network } = plan;
  const service = {
    container_name: plan.name,
    image: plan.image,
    hostname: plan.hostname,
    entrypoint: plan.entrypoint?.map(escaped),
    command: plan.command?.map(escaped),
    restart: "unless-stopped",
    ports: published.length > 0 ? published.map(toBinding) : undefined,
    environment: plan.environment.length > 0 ? Object.fromEntries(plan.environment.map(escapedValue)) : undefined,
    labels: Object.fromEntries(Object.entries(plan.labels).map(escapedValue)),
    volumes: plan.volumes.length > 0 ? plan.volumes.map(({ name, path }) => `${name}:${path}`) : undefined,
    ...(network === "bridge" ? { network_mode: "bridge" } : { networks: [network] }),
    healthcheck: health && {
      test: health.test.map(escaped),
      interval: `${health.intervalSeconds}s`,
      timeout: `${health.timeoutSeconds}s`,
      retries: health.retries,
      start_period: `${health.startSeconds}s`,
    },
    stop_grace_period: `${plan.stopSeconds}s`,
    mem_limit: plan.memory,
    shm_size: plan.sharedMemory,
    pids_limit: plan.pids,
    ulimits: plan.openFiles === undefined ? undefined : { nofile: plan.openFiles },
    security_opt: ["no-new-privileges:true"],
    cap_drop: [...plan.dropCapabilities],
    logging: { driver: "json-file", options: { ...LOG_LIMITS } },
  };
  const named = Object.fromEntries(plan.volumes.map(({ name }) => [name, { name }]));
  const document = {
    services: { [plan.name.toLowerCase()]: service },
    ...(plan.volumes.length > 0 ? { volumes: named } : {}),
    ...(network === "bridge"
      ? {}
      : { networks: { [network]: { name: network, ...(ownNetwork ? {} : { external: true }) } } }),
  };
  return yaml().stringify(document, { lineWidth: 0 });
}

const toBinding = ({ hostAddress, hostPort, container, protocol }: ContainerPlan["ports"][number]): string =>
  `${hostAddress === "" ? "" : `${hostAddress}:`}${hostPort}:${container}${protocol === "udp" ? "/udp" : ""}`;

function healthOptions({ health }: ContainerPlan): [string, string][] {
  if (!health) return [];
  const [kind, ...words] = health.test;
  return [
    // The option takes a line for a shell.
    ["--health-cmd", kind === "CMD-SHELL" ? (words[0] ?? "") : words.map(quoted).join(" ")],
    ["--health-interval", `${health.intervalSeconds}s`],
    ["--health-timeout", `${health.timeoutSeconds}s`],
    ["--health-retries", String(health.retries)],
    ["--health-start-period", `${health.startSeconds}s`],
  ];
}

const quoted = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** Escapes `$`, which Compose would replace with its own variables. */
const escaped = (text: string): string => text.replaceAll("$", "$$$$");
const escapedValue = ([name, value]: readonly [string, string]): [string, string] => [name, escaped(value)];
