const { existsSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const process = require("node:process");
const { parseEnv } = require("node:util");

const root = join(__dirname, "..");
const projectNode = join(root, "node_modules/.bin/node");
// The host's Node may be too old; the project brings its own where there is one for the platform.
const interpreter = existsSync(projectNode) ? projectNode : process.execPath;

/** Every variable the services read, save the ports. Nothing else of the caller's environment reaches them. */
const variables = [
  ...["HOST", "DATA_DIR", "PUBLIC_ORIGIN", "BASE_PATH", "CLIENT_URL", "VPS_IP", "TRUSTED_PROXIES", "LOG_LEVEL"],
  ...["EMIT_TOKEN", "EMIT_TOKEN_FILE", "DOCKER_HOST", "PM2_HOME", "FILE_MANAGER_ROOT", "FILE_UPLOAD_MAX"],
  ...["MCP_ALLOWED_COMMANDS", "MCP_ALLOWED_HOSTS", "STACKS_DIR", "STACKS_ROOTS", "UPDATE_CHECK_HOURS"],
  ...["LOG_STORE_MAX_BYTES", "LOG_STORE_MAX_DAYS"],
  ...["ALERT_ALLOWED_HOSTS", "ALERTS_PAUSED"],
  ...["CATALOGUE_DIR"],
  ...["REDIS_URL", "WS_SERVER_URL", "BACKEND_URL", "VITE_API_URL", "VITE_WS_URL"],
  ...["MAX_SOCKETS", "MAX_SOCKETS_PER_SESSION", "MAX_SOCKETS_PER_ADDRESS"],
  ...["STATS_INTERVAL", "STATS_HISTORY_DAYS"],
  ...["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_DEFAULT_ROLE"],
];
const ports = ["WEB_PORT", "API_PORT", "WS_PORT"];

// AI_DESKTOP_ENV names the file with the settings; what the caller's own environment says comes before it.
const file = process.env.AI_DESKTOP_ENV ?? join(root, ".env");
const settings = { ...(existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {}), ...process.env };
const pick = (names) =>
  Object.fromEntries(names.filter((name) => settings[name]).map((name) => [name, settings[name]]));

const { WEB_PORT = "3005", API_PORT = "3006", WS_PORT = "3007" } = pick(ports);
const shared = {
  ...pick(["PATH", "HOME", "LANG", "TZ"]),
  WS_SERVER_URL: `http://localhost:${WS_PORT}`,
  BACKEND_URL: `http://localhost:${API_PORT}`,
  ...pick(variables),
};

const service = (name, folder, memory, env) => ({
  name,
  script: join(root, folder, "main.ts"),
  cwd: root,
  interpreter,
  exec_mode: "fork",
  instances: 1,
  merge_logs: true,
  // Neither git look-ups nor PM2's own probes inside the services.
  vizion: false,
  pmx: false,
  // PM2 copies the caller's whole environment into an app and into `pm2 jlist`; every name holds the empty string.
  filter_env: [""],
  env: { ...shared, ...env, NODE_ENV: "production" },
  env_production: { NODE_ENV: "production" },
  env_development: { NODE_ENV: "development" },
  // A stop sends SIGINT; the services need up to 5 s to tell their viewers and end what they started.
  kill_timeout: 8_000,
  exp_backoff_restart_delay: 200,
  max_memory_restart: memory,
});

// More realtime servers on ports of their own; they need REDIS_URL, and nginx has to know them.
const morePorts = (settings.WS_MORE_PORTS ?? "").split(",").filter((port) => /^\d+$/.test(port));

module.exports = {
  apps: [
    service("ai-desktop-frontend", "web", "300M", { PORT: WEB_PORT }),
    service("ai-desktop-backend", "api", "800M", { PORT: API_PORT }),
    service("ai-desktop-websocket", "realtime", "1G", { WS_PORT }),
    ...morePorts.map((port) => service(`ai-desktop-websocket-${port}`, "realtime", "1G", { WS_PORT: port })),
  ],
};
