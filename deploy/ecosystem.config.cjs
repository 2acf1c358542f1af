const { existsSync } = require("node:fs");
const { join } = require("node:path");
const process = require("node:process");
const { variables, ports, pick, readSettings, morePorts } = require("./settings.cjs");

const root = join(__dirname, "..");
const projectNode = join(root, "node_modules/.bin/node");
// The host's Node may be too old; the project brings its own where there is one for the platform.
const interpreter = existsSync(projectNode) ? projectNode : process.execPath;

const service = (name, id, memory) => ({
  name,
  script: join(root, id.split("-")[0], "main.ts"),
  cwd: root,
  interpreter,
  // PM2 keeps the environment of the first start: what is in the settings file is read at each start of the service.
  interpreter_args: ["--require", join(__dirname, "settings.cjs")],
  exec_mode: "fork",
  instances: 1,
  merge_logs: true,
  // Neither git look-ups nor PM2's own probes inside the services.
  vizion: false,
  pmx: false,
  // PM2 copies the caller's whole environment into an app and into `pm2 jlist`; every name holds the empty string.
  filter_env: [""],
  env: {
    ...pick(process.env, ["PATH", "HOME", "LANG", "TZ", "AI_DESKTOP_ENV", ...ports, ...variables]),
    AI_DESKTOP_SERVICE: id,
    NODE_ENV: "production",
  },
  env_production: { NODE_ENV: "production" },
  env_development: { NODE_ENV: "development" },
  // A stop sends SIGINT; the services need up to 5 s to tell their viewers and end what they started.
  kill_timeout: 8_000,
  exp_backoff_restart_delay: 200,
  max_memory_restart: memory,
});

module.exports = {
  apps: [
    service("ai-desktop-frontend", "web", "300M"),
    service("ai-desktop-backend", "api", "800M"),
    service("ai-desktop-websocket", "realtime", "1G"),
    // More realtime servers on ports of their own; they need REDIS_URL, and nginx has to know them.
    ...morePorts(readSettings(process.env)).map((port) =>
      service(`ai-desktop-websocket-${port}`, `realtime-${port}`, "1G"),
    ),
  ],
};
