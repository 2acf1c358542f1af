const { existsSync } = require("node:fs");
const { join } = require("node:path");
const process = require("node:process");
const { variables, ports, pick, readSettings, morePorts } = require("./settings.cjs");

const root = join(__dirname, "..");
const projectNode = join(root, "node_modules/.bin/node");
// The host's Node may be too old; the project has its own for supported platforms.
const interpreter = existsSync(projectNode) ? projectNode : process.execPath;

const service = (name, id, memory) => ({
  name,
  script: join(root, id.split("-")[0], "main.ts"),
  cwd: root,
  interpreter,
  // PM2 keeps the environment of the first start, so each service reads the settings file at its start.
  interpreter_args: ["--max-semi-space-size=4", "--require", join(__dirname, "settings.cjs")],
  exec_mode: "fork",
  instances: 1,
  merge_logs: true,
  // Disables git look-ups, and PM2's probes inside the services.
  vizion: false,
  pmx: false,
  // PM2 copies the caller's whole environment to an app and to `pm2 jlist`; the empty string filters all names.
  filter_env: [""],
  env: {
    ...pick(process.env, ["PATH", "HOME", "LANG", "TZ", "AI_DESKTOP_ENV", ...ports, ...variables]),
    AI_DESKTOP_SERVICE: id,
    // Read by the C library before the first line of the service; see shared/server/heap.ts.
    MALLOC_ARENA_MAX: "2",
    NODE_ENV: "production",
  },
  env_production: { NODE_ENV: "production" },
  env_development: { NODE_ENV: "development" },
  // A stop sends SIGINT; the services need up to 7 s to notify their viewers and end their children.
  kill_timeout: 8_000,
  exp_backoff_restart_delay: 200,
  max_memory_restart: memory,
});

module.exports = {
  apps: [
    service("ai-desktop-frontend", "web", "300M"),
    service("ai-desktop-backend", "api", "800M"),
    service("ai-desktop-websocket", "realtime", "1G"),
    // Further realtime servers on other ports; they need REDIS_URL, and entries in nginx.
    ...morePorts(readSettings(process.env)).map((port) =>
      service(`ai-desktop-websocket-${port}`, `realtime-${port}`, "1G"),
    ),
  ],
};
