require("../shared/server/compile-cache.cjs");
const { existsSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const process = require("node:process");
const { parseEnv } = require("node:util");

/** All variables that the services read, except the ports. No other variables of the caller reach them. */
const variables = [
  "HOST",
  "DATA_DIR",
  "PUBLIC_ORIGIN",
  "BASE_PATH",
  "CLIENT_URL",
  "VPS_IP",
  "TRUSTED_PROXIES",
  "LOG_LEVEL",
  "EMIT_TOKEN",
  "EMIT_TOKEN_FILE",
  "DOCKER_HOST",
  "PM2_DAEMONS",
  "PM2_HOME",
  "FILE_MANAGER_ROOT",
  "FILE_UPLOAD_MAX",
  "MCP_ALLOWED_COMMANDS",
  "MCP_ALLOWED_HOSTS",
  "STACKS_DIR",
  "STACKS_ROOTS",
  "UPDATE_CHECK_HOURS",
  "LOG_STORE_MAX_BYTES",
  "LOG_STORE_MAX_DAYS",
  "ACTIVITY_MAX_BYTES",
  "ACTIVITY_MAX_DAYS",
  "AUDIT_KEEP_DAYS",
  "ALERT_ALLOWED_HOSTS",
  "ALERTS_PAUSED",
  "CATALOGUE_DIR",
  "REDIS_URL",
  "WS_SERVER_URL",
  "BACKEND_URL",
  "VITE_API_URL",
  "VITE_WS_URL",
  "MAX_SOCKETS",
  "MAX_SOCKETS_PER_SESSION",
  "MAX_SOCKETS_PER_ADDRESS",
  "STATS_INTERVAL",
  "STATS_HISTORY_DAYS",
  "OIDC_ISSUER",
  "OIDC_CLIENT_ID",
  "OIDC_CLIENT_SECRET",
  "OIDC_DEFAULT_ROLE",
];
const ports = ["WEB_PORT", "API_PORT", "WS_PORT"];

const pick = (source, names) =>
  Object.fromEntries(names.filter((name) => source[name]).map((name) => [name, source[name]]));

/** Returns the path of the settings file: AI_DESKTOP_ENV, otherwise `.env` in the project's folder. */
const settingsFile = (environment) => environment.AI_DESKTOP_ENV ?? join(__dirname, "..", ".env");

/** Returns all settings: those of the file, overridden by the environment. */
function readSettings(environment) {
  const file = settingsFile(environment);
  const stored = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
  return { ...stored, ...Object.fromEntries(Object.entries(environment).filter(([, value]) => value)) };
}

/**
 * Environment of one service by its settings: every variable it may read.
 * @param service `web`, `api`, `realtime`, or `realtime-<port>` for one more realtime server
 */
function serviceEnvironment(service, settings) {
  const [, port] = service.split("-");
  return { ...pick(settings, [...ports, ...variables]), ...(port && { WS_PORT: port }) };
}

/** Returns the ports of further realtime servers. */
const morePorts = (settings) => (settings.WS_MORE_PORTS ?? "").split(",").filter((port) => /^\d+$/.test(port));

module.exports = { variables, ports, pick, readSettings, serviceEnvironment, morePorts };

// `node --require deploy/settings.cjs <service>/main.ts`: the service reads the file at every start, by any supervisor.
if (process.env.AI_DESKTOP_SERVICE) {
  // Of the caller: for a service that is started by hand.
  delete process.env.PORT;
  Object.assign(process.env, serviceEnvironment(process.env.AI_DESKTOP_SERVICE, readSettings(process.env)));
}
