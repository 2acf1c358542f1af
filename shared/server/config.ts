import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { z } from "zod";
import { localServiceUrl, loopbackAddress } from "./loopback.ts";

const port = z.coerce.number().int().min(0).max(65_535);
const csv = z
  .string()
  .default("")
  .transform((list) =>
    list
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== ""),
  );

/** An origin as browsers send it: scheme, host, port; no wildcard, no path. */
const origin = z.string().transform((value, context) => {
  if (URL.canParse(value)) {
    const url = new URL(value);
    if (
      (url.protocol === "http:" || url.protocol === "https:") &&
      url.hostname !== "*" &&
      url.pathname === "/" &&
      !url.search &&
      !url.username
    ) {
      return url.origin;
    }
  }
  context.addIssue({ code: "custom", message: "must be an origin such as https://panel.example.com" });
  return z.NEVER;
});

const absolutePath = z
  .string()
  .refine((path) => isAbsolute(path) && !path.includes("\0"), "must be an absolute path")
  .transform((path) => resolve(path));

/** What a proxy takes off the front of every address: nothing, or `/panel` without a slash at its end. */
const basePath = z
  .string()
  .regex(/^(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*\/?$/, "must be a path such as /panel")
  .max(200)
  .default("")
  .transform((path) => path.replace(/\/$/, ""));

const schema = z.object({
  NODE_ENV: z.enum(["production", "development", "test"]).default("development"),
  HOST: z
    .string()
    .min(1)
    .default(() => loopbackAddress()),
  /** Port of the process that reads it: 3005 for the web app, 3006 for the API. */
  PORT: port.optional(),
  WS_PORT: port.default(3007),
  /** Where the API reaches the realtime server; when unset, at `HOST` and `WS_PORT`. */
  WS_SERVER_URL: z.url().optional(),
  /** Where the realtime server reaches the API; when unset, at `HOST` and 3006. */
  BACKEND_URL: z.url().optional(),
  CLIENT_URL: origin.optional(),
  VITE_API_URL: z.url().optional(),
  VITE_WS_URL: z.url().optional(),
  VPS_IP: z.union([z.ipv4(), z.ipv6()], "must be an IPv4 or IPv6 address").optional(),
  PUBLIC_ORIGIN: csv.pipe(z.array(origin)),
  BASE_PATH: basePath,
  DATA_DIR: z
    .string()
    .min(1)
    .default(join(import.meta.dirname, "../../.data"))
    .transform((path) => resolve(path)),
  EMIT_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{32,}$/, "must be 32 or more printable characters without spaces")
    .optional(),
  EMIT_TOKEN_FILE: z.string().min(1).optional(),
  DOCKER_HOST: z.string().min(1).default("unix:///var/run/docker.sock"),
  PM2_HOME: z.string().min(1).default(join(homedir(), ".pm2")),
  FILE_MANAGER_ROOT: z
    .string()
    .min(1)
    .transform((path) => resolve(path))
    .optional(),
  /** Largest upload in bytes. */
  FILE_UPLOAD_MAX: z.coerce
    .number()
    .int()
    .positive()
    .default(10 * 1024 ** 3),
  /** Where stacks made in the panel lie, a folder each; `stacks` in `DATA_DIR` when unset. */
  STACKS_DIR: absolutePath.optional(),
  /** Folders whose compose files may be edited and run beside it. */
  STACKS_ROOTS: csv.pipe(z.array(absolutePath)),
  /** What is kept of logs: bytes on the disk, and days. 0 in either keeps none. */
  LOG_STORE_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(2 * 1024 ** 3),
  LOG_STORE_MAX_DAYS: z.coerce.number().min(0).max(3_650).default(14),
  /** Folder of further entries of the catalogue, one JSON file each. */
  CATALOGUE_DIR: z.string().min(1).optional(),
  MCP_ALLOWED_COMMANDS: csv,
  /** Hosts (`name` or `name:port`) of the inner network that MCP servers may be reached at. */
  MCP_ALLOWED_HOSTS: csv,
  /** Hours between two looks for newer images; 0: only on demand. */
  UPDATE_CHECK_HOURS: z.coerce
    .number()
    .min(0)
    .max(24 * 365)
    .default(12),
  /** Hosts (`name` or `name:port`) of the inner network that alerts may be sent to. */
  ALERT_ALLOWED_HOSTS: csv,
  /** Evaluates no rule and sends nothing: for a second API on a copy of the state. */
  ALERTS_PAUSED: z.stringbool().default(false),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  /** Addresses and networks whose forwarded headers are believed. */
  TRUSTED_PROXIES: csv.pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))),
  /** Most sockets of the realtime server: in all, of one session or key, from one address. */
  MAX_SOCKETS: z.coerce.number().int().min(1).default(2_000),
  MAX_SOCKETS_PER_SESSION: z.coerce.number().int().min(1).default(256),
  MAX_SOCKETS_PER_ADDRESS: z.coerce.number().int().min(1).default(50),
  /** Seconds between two samples of all running containers and the host; 0 takes none. */
  STATS_INTERVAL: z.coerce.number().int().min(0).max(300).default(15),
  /** Days that these are kept, coarser with age; 0 keeps none. */
  STATS_HISTORY_DAYS: z.coerce.number().int().min(0).max(31).default(7),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  OIDC_ISSUER: z.url().optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  OIDC_DEFAULT_ROLE: z.enum(["viewer", "operator", "admin"]).optional(),
});

const DEFAULT_API_PORT = 3006;

export type Config = z.output<typeof schema> & {
  FILE_MANAGER_ROOT: string;
  WS_SERVER_URL: string;
  BACKEND_URL: string;
};

/** Names of all variables that are read. */
export const configVariables = Object.keys(schema.shape);

/** A start that cannot continue: names each faulty variable and repeats no value, since a value may be a secret. */
export class ConfigError extends Error {}

/** Reads the environment once, at the door; an empty variable counts as unset. */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = schema.safeParse(set);
  if (parsed.success) {
    const { HOST, WS_PORT, DATA_DIR } = parsed.data;
    const {
      FILE_MANAGER_ROOT = defaultFileRoot(DATA_DIR),
      WS_SERVER_URL = localServiceUrl(HOST, WS_PORT),
      BACKEND_URL = localServiceUrl(HOST, DEFAULT_API_PORT),
      ...rest
    } = parsed.data;
    return { ...rest, FILE_MANAGER_ROOT, WS_SERVER_URL, BACKEND_URL };
  }
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new ConfigError(`The environment is not valid.\n  ${faults.join("\n  ")}`);
}

/** The user's home; for a service user who has none that can be written, a folder beside the state. The API makes it. */
function defaultFileRoot(dataDir: string): string {
  try {
    accessSync(homedir(), constants.W_OK);
    return homedir();
  } catch {
    return join(dataDir, "files");
  }
}

/**
 * Origins whose pages may talk to the two servers: the web app on its usual port, whatever the operator listed,
 * and in production on a VPS the bare address of the host.
 */
export function allowedOrigins(config: Config, platform: NodeJS.Platform): string[] {
  const origins = new Set<string>();
  for (const host of ["localhost", "127.0.0.1"]) {
    origins.add(`http://${host}:3005`);
    origins.add(`http://${host}:3006`);
  }
  if (config.CLIENT_URL) origins.add(config.CLIENT_URL);
  for (const listed of config.PUBLIC_ORIGIN) origins.add(listed);
  const isVps = config.NODE_ENV === "production" && platform !== "darwin";
  if (isVps && config.VPS_IP) {
    const host = config.VPS_IP.includes(":") ? `[${config.VPS_IP}]` : config.VPS_IP;
    for (const base of [`http://${host}`, `https://${host}`, `http://${host}:3005`, `http://${host}:3006`]) {
      origins.add(new URL(base).origin);
    }
  }
  return [...origins];
}
