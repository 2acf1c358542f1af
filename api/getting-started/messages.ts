/** Sentences of the first steps. Each is shown as it stands. */
export const messages = {
  silent: "It did not answer in time.",
  failed: "It could not be checked; the server log has the details.",
  docker: {
    up: (version: string, address: string) => `Docker Engine ${version} at ${address}.`,
    missing: "Docker is not installed. Containers, images and stacks need it.",
    stopped: "Docker is installed, and its Engine does not run.",
    elsewhere: (address: string, why: string) => `${why} DOCKER_HOST names ${address}.`,
    refused: (user: string) =>
      `The user of the panel, ${user}, may not use the Docker socket. Restart the panel after this.`,
    refusedOther: (user: string, address: string) => `The user of the panel, ${user}, may not use ${address}.`,
  },
  compose: {
    found: (version: string, kind: string) => `Docker Compose ${version} (${kind}).`,
    plugin: "plugin of docker",
    program: "docker-compose",
    old: "Version 1 is no longer maintained: stacks work, some newer keys do not.",
    missing: "Docker Compose is not installed: stacks can be seen, and not deployed.",
  },
  pm2: {
    up: (home: string) => `The PM2 daemon of ${home} runs.`,
    none: (home: string) => `No PM2 daemon runs for ${home}. It is needed only for processes of PM2.`,
    others: (list: string) => ` PM2 of ${list} is shown too.`,
    hidden: (list: string) =>
      ` PM2 also runs for ${list}, and only answers its own user: \`ai-desktop helper on\` shows it here.`,
  },
  nginx: {
    running: "nginx runs on this host.",
    stopped: "nginx is installed and does not run. It is needed only to serve the panel over HTTPS.",
    none: "nginx is not installed. It is needed only to serve the panel over HTTPS; another proxy does as well.",
    cannotSee: "The processes of this host cannot be seen.",
  },
  secondFactor: {
    done: "Your account has a second factor.",
    provider: "You sign in through the identity provider, which asks for a second factor where it is set up.",
    none: "Your password alone opens this server. Add a passkey or an authenticator.",
  },
  alerts: {
    bellOnly: "Alerts show in the bell of the panel, and are sent nowhere.",
    off: (name: string) => `The default channel ${name} is turned off.`,
    someRules: (rules: number, of: number) =>
      `${rules} of ${of} rules notify only the bell: use a channel for all rules.`,
    done: (names: string) => `Alerts are sent to ${names}.`,
  },
  files: {
    writable: (root: string, user: string) => `Files shows ${root}; the user of the panel, ${user}, can change it.`,
    readOnly: (root: string, user: string) => `Files shows ${root}; the user of the panel, ${user}, can read it only.`,
    none: (root: string, user: string) =>
      `Files shows ${root}, which does not exist or cannot be read by the user of the panel, ${user}. FILE_MANAGER_ROOT names the folder.`,
  },
  mcp: {
    some: (programs: string) => `MCP servers may run ${programs}.`,
    none: "No program may run as an MCP server yet. Servers reached over HTTP work.",
  },
} as const;
