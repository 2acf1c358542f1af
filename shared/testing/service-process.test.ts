import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../server/config.ts";
import { lacks } from "./parts.ts";
import { type ServiceName, spawnService } from "./service-process.ts";
import { tempFolder } from "./temp-folder.ts";

const services: ServiceName[] = ["api", "realtime", "web"];

describe.skipIf(await lacks("linux"))("a server that a test starts", () => {
  test.each(services)("%s uses no panel, PM2 or home folder of this machine", async (name) => {
    const folder = await tempFolder("service");
    const service = await spawnService(name, { env: { DATA_DIR: join(folder.path, "data") } });
    try {
      const lines = (await readFile(`/proc/${service.pid}/environ`, "utf8")).split("\0");
      const config = parseConfig(Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2))));
      const ports = [config.PORT, config.WS_PORT, ...[config.WS_SERVER_URL, config.BACKEND_URL].map(portOf)];
      if (name !== "realtime") ports.splice(1, 1); // only the port of the realtime server
      for (const port of ports.filter((port) => port !== undefined)) expect([3005, 3006, 3007]).not.toContain(port);
      expect(config.PM2_HOME).not.toBe(join(homedir(), ".pm2"));
      expect(config.FILE_MANAGER_ROOT).not.toBe(homedir());
    } finally {
      await service.stop();
      await folder.remove();
    }
  });
});

const portOf = (url: string): number => Number(new URL(url).port);
