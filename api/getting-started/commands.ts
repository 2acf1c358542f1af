import type { Family, HostSystem } from "./host-system.ts";

/** Commands for root. Null: no command is known to work on this system. */
export interface Commands {
  installDocker(): string | null;
  startDocker(): string | null;
  installCompose(): string | null;
  installNginx(): string | null;
  startNginx(): string | null;
}

const install: Record<Family, (packages: string) => string> = {
  debian: (packages) => `apt-get update && apt-get install -y ${packages}`,
  ubuntu: (packages) => `apt-get update && apt-get install -y ${packages}`,
  fedora: (packages) => `dnf install -y ${packages}`,
  alpine: (packages) => `apk add ${packages}`,
};
const engines: Record<Family, string> = {
  debian: "docker.io",
  ubuntu: "docker.io",
  fedora: "moby-engine",
  alpine: "docker",
};
const composes: Record<Family, string> = {
  debian: "docker-compose",
  ubuntu: "docker-compose-v2",
  fedora: "docker-compose",
  alpine: "docker-cli-compose",
};

export function commandsFor({ family, dockerPackages, systemd, openrc }: HostSystem): Commands {
  const installing = (packages: Record<Family, string>) => (family ? install[family](packages[family]) : null);
  const starting = (service: string) => {
    if (family === null) return null;
    if (systemd) return `systemctl enable --now ${service}`;
    return openrc ? `rc-update add ${service} && rc-service ${service} start` : null;
  };
  return {
    installDocker() {
      const command = installing(engines);
      if (command === null) return null;
      // Packages of Debian and Ubuntu start their services themselves.
      if (family === "debian" || family === "ubuntu") return command;
      const start = starting("docker");
      return start && `${command} && ${start}`;
    },
    startDocker: () => starting("docker"),
    // Compose of another origin would not fit Docker's own packages.
    installCompose: () =>
      dockerPackages && family !== null ? install[family]("docker-compose-plugin") : installing(composes),
    installNginx: () => installing({ debian: "nginx", ubuntu: "nginx", fedora: "nginx", alpine: "nginx" }),
    startNginx: () => starting("nginx"),
  };
}
