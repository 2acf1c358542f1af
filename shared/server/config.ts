import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { z } from "zod";
import { type NumberSettingName, numberSettings } from "../protocol/setting-limits.ts";
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

/** A number that the Settings page can change too, with the same bounds. */
const settingNumber = (name: NumberSettingName) => {
  const { min, max, whole, default: fallback } = numberSettings[name];
  const number = z.coerce.number().min(min).max(max);
  return (whole ? number.int() : number).default(fallback);
};

/** An origin as sent by browsers: scheme, host and port, without wildcard or path. */
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

/** Path prefix that a proxy removes from every request: empty, or `/panel` without a trailing slash. */
const basePath = z
  .string()
  .regex(/^(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*\/?$/, "must be a path such as /panel")
  .max(200)
  .default("")
  .transform((path) => path.replace(/\/$/, ""));

/** Which PM2 daemons are shown beside that of PM2_HOME: `all`, `own` (none), or a list of PM2_HOMEs. */
const pm2Daemons = z
  .string()
  .default("all")
  .transform((value, context) => {
    if (value === "all" || value === "own") return value;
    const homes = value.split(",").map((home) => home.trim());
    if (homes.every((home) => isAbsolute(home) && !home.includes("\0"))) return homes.map((home) => resolve(home));
    context.addIssue({ code: "custom", message: "must be all, own, or absolute folders separated by commas" });
    return z.NEVER;
  });

const schema = z.object({
  NODE_ENV: z.enum(["production", "development", "test"]).default("development"),
  HOST: z
    .string()
    .min(1)
    .default(() => loopbackAddress()),
  /** Port of the process that reads it; default: `WEB_PORT` for the web app, `API_PORT` for the API. */
  PORT: port.optional(),
  /** Ports of the web app, the API and the realtime server. Each knows all three: pages and the other servers are there. */
  WEB_PORT: port.default(3005),
  API_PORT: port.default(3006),
  WS_PORT: port.default(3007),
  /** URL at which the API reaches the realtime server; default: `HOST` and `WS_PORT`. */
  WS_SERVER_URL: z.url().optional(),
  /** URL at which the realtime server reaches the API; default: `HOST` and `API_PORT`. */
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
  PM2_DAEMONS: pm2Daemons,
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
  /** Folder of the stacks created in the panel, one subfolder each; default: `stacks` in `DATA_DIR`. */
  STACKS_DIR: absolutePath.optional(),
  /** Further folders whose compose files may be edited and run. */
  STACKS_ROOTS: csv.pipe(z.array(absolutePath)),
  /** Limits of the log history: bytes on disk, and days. 0 in either disables it. */
  LOG_STORE_MAX_BYTES: settingNumber("LOG_STORE_MAX_BYTES"),
  LOG_STORE_MAX_DAYS: settingNumber("LOG_STORE_MAX_DAYS"),
  /** Limits of the record of actions: bytes on disk, and days. */
  ACTIVITY_MAX_BYTES: settingNumber("ACTIVITY_MAX_BYTES"),
  ACTIVITY_MAX_DAYS: settingNumber("ACTIVITY_MAX_DAYS"),
  /** Days that a line of the audit trail is stored at least. */
  AUDIT_KEEP_DAYS: settingNumber("AUDIT_KEEP_DAYS"),
  /** Folder with further catalogue entries, one JSON file each. */
  CATALOGUE_DIR: z.string().min(1).optional(),
  MCP_ALLOWED_COMMANDS: csv,
  /** Hosts (`name` or `name:port`) in private networks at which MCP servers may be reached. */
  MCP_ALLOWED_HOSTS: csv,
  /** Hours between two checks for newer images; 0: only on demand. */
  UPDATE_CHECK_HOURS: settingNumber("UPDATE_CHECK_HOURS"),
  /** Hosts (`name` or `name:port`) in private networks to which alerts may be sent. */
  ALERT_ALLOWED_HOSTS: csv,
  /** Disables evaluation and notifications of alerts: for a second API on a copy of the state. */
  ALERTS_PAUSED: z.stringbool().default(false),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  /** Addresses and networks of proxies whose forwarded headers count. */
  TRUSTED_PROXIES: csv.pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))),
  /** Connection limits of the realtime server: in total, per session or key, per address. */
  MAX_SOCKETS: z.coerce.number().int().min(1).default(2_000),
  MAX_SOCKETS_PER_SESSION: z.coerce.number().int().min(1).default(256),
  MAX_SOCKETS_PER_ADDRESS: z.coerce.number().int().min(1).default(50),
  /** Seconds between two samples of the host and all running containers; 0: no samples. */
  STATS_INTERVAL: settingNumber("STATS_INTERVAL"),
  /** Days that samples are kept, with lower resolution for older ones; 0: none. */
  STATS_HISTORY_DAYS: settingNumber("STATS_HISTORY_DAYS"),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  OIDC_ISSUER: z.url().optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  OIDC_DEFAULT_ROLE: z.enum(["viewer", "operator", "admin"]).optional(),
});

export type Config = z.output<typeof schema> & {
  FILE_MANAGER_ROOT: string;
  WS_SERVER_URL: string;
  BACKEND_URL: string;
  /** Names of the variables that the environment sets. The values of others are defaults. */
  setVariables: ReadonlySet<string>;
};

/** Names of all variables of the configuration. */
export const configVariables = Object.keys(schema.shape);

/** A configuration error that prevents the start. Names each invalid variable without its value, which can be a secret. */
export class ConfigError extends Error {}

/** What Docker's links and Kubernetes set for a service named `api`, by the name of our own variable. */
const isServiceLink = (name: string, value: string) => name.endsWith("_PORT") && /^(tcp|udp):\/\//.test(value);

/** Parses the environment. An empty variable counts as unset. @throws ConfigError */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const set = Object.fromEntries(
    Object.entries(environment).filter(
      ([name, value]) => value !== undefined && value !== "" && !isServiceLink(name, value),
    ),
  );
  const parsed = schema.safeParse(set);
  if (parsed.success) {
    const { HOST, API_PORT, WS_PORT, DATA_DIR } = parsed.data;
    const {
      FILE_MANAGER_ROOT = defaultFileRoot(DATA_DIR),
      WS_SERVER_URL = localServiceUrl(HOST, WS_PORT),
      BACKEND_URL = localServiceUrl(HOST, API_PORT),
      ...rest
    } = parsed.data;
    const setVariables = new Set(Object.keys(set).filter((name) => name in schema.shape));
    return { ...rest, FILE_MANAGER_ROOT, WS_SERVER_URL, BACKEND_URL, setVariables };
  }
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new ConfigError(`The environment is not valid.\n  ${faults.join("\n  ")}`);
}

/** The user's home folder; for a service user without a writable one, a folder beside the state, which the API creates. */
function defaultFileRoot(dataDir: string): string {
  try {
    accessSync(homedir(), constants.W_OK);
    return homedir();
  } catch {
    return join(dataDir, "files");
  }
}

/**
 * Returns the origins whose pages may call the two servers: the web app on its port, the origins listed by the
 * operator, and in production on a VPS the address of the host.
 */
export function allowedOrigins(config: Config, platform: NodeJS.Platform): string[] {
  const origins = new Set<string>();
  for (const host of ["localhost", "127.0.0.1"]) {
    origins.add(`http://${host}:${config.WEB_PORT}`);
    origins.add(`http://${host}:${config.API_PORT}`);
  }
  if (config.CLIENT_URL) origins.add(config.CLIENT_URL);
  for (const listed of config.PUBLIC_ORIGIN) origins.add(listed);
  const isVps = config.NODE_ENV === "production" && platform !== "darwin";
  if (isVps && config.VPS_IP) {
    const host = config.VPS_IP.includes(":") ? `[${config.VPS_IP}]` : config.VPS_IP;
    const ports = [config.WEB_PORT, config.API_PORT].map((port) => `http://${host}:${port}`);
    for (const base of [`http://${host}`, `https://${host}`, ...ports]) origins.add(new URL(base).origin);
  }
  return [...origins];
}
