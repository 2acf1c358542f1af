import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Child, startChild } from "../shared/testing/child.ts";
import { canConnect, freePorts } from "../shared/testing/free-port.ts";
import { lacks } from "../shared/testing/parts.ts";
import { type TempFolder, tempFolder } from "../shared/testing/temp-folder.ts";

/** The first start may build the web app. */
const START_LIMIT_MS = 90_000;

describe.skipIf(await lacks("bash"))("dev-start.sh", { timeout: 2 * START_LIMIT_MS }, () => {
  let folder: TempFolder;
  let ports: number[];
  const started: Child[] = [];

  beforeEach(async () => {
    folder = await tempFolder("dev");
    ports = await freePorts(3);
  });
  afterEach(async () => {
    for (const child of started.splice(0)) await child.stop();
    await folder.remove();
  });

  const start = async () => {
    const [WEB_PORT, API_PORT, WS_PORT] = ports.map(String);
    const places = { DATA_DIR: join(folder.path, "data"), FILE_MANAGER_ROOT: folder.path, PM2_HOME: folder.path };
    const child = await startChild(join(import.meta.dirname, "dev-start.sh"), [], {
      env: {
        PATH: process.env.PATH,
        HOME: folder.path,
        AI_DESKTOP_ENV: "/none",
        ...places,
        WEB_PORT,
        API_PORT,
        WS_PORT,
      },
    });
    started.push(child);
    return child;
  };
  const listening = async () => (await Promise.all(ports.map(canConnect))).filter(Boolean).length;

  test("starts all three, prints the address and the way to the first account, and ends all by Ctrl-C", async () => {
    const dev = await start();
    const output = await dev.prints("AI Desktop is running", START_LIMIT_MS);
    expect(output).toContain(`http://localhost:${ports[0]}`);
    expect(await dev.prints(/First start: .*\/setup#token=[\w-]{43}/)).toBeTruthy();
    expect(await (await fetch(`http://localhost:${ports[0]}/`)).text()).toContain("AI Desktop");

    const again = await start();
    expect((await again.exited).code).toBe(0);
    expect(again.output()).toContain(`AI Desktop is running already: http://localhost:${ports[0]}`);

    dev.signal("SIGINT");
    expect((await dev.exited).code).toBe(0);
    expect(await listening()).toBe(0);
  });

  test("starts nothing when a port is taken, and says which", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(ports[1], "127.0.0.1", resolve));
    try {
      const dev = await start();
      expect((await dev.exited).code).toBe(1);
      expect(dev.output()).toContain(`Port ${ports[1]} (ai-desktop-backend) is taken by another program`);
      expect(await listening()).toBe(1);
    } finally {
      server.close();
    }
  });
});
