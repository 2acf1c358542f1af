import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Child, startChild } from "../shared/testing/child.ts";
import { eventually, HANG_MS } from "../shared/testing/eventually.ts";
import { freePorts } from "../shared/testing/free-port.ts";
import { lacks } from "../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../shared/testing/pm2.ts";
import { projectFolder } from "../shared/testing/service-process.ts";

const run = promisify(execFile);
const names = ["ai-desktop-frontend", "ai-desktop-backend", "ai-desktop-websocket"];

const noLsof = await lacks("lsof");

/** The commands of the operators' documents, run in a shell unchanged except for the ports. */
describe.skipIf(await lacks("bash", "curl"))("the operators' commands", () => {
  let pm2: TestPm2;
  let ports: number[];
  let env: Record<string, string>;

  beforeAll(async () => {
    pm2 = await testPm2();
    ports = await freePorts(3);
    const [WEB_PORT, API_PORT, WS_PORT] = ports;
    const settings = join(pm2.home, "settings");
    await writeFile(
      settings,
      [
        `WEB_PORT=${WEB_PORT}\nAPI_PORT=${API_PORT}\nWS_PORT=${WS_PORT}`,
        `DATA_DIR=${join(pm2.home, "data")}\nFILE_MANAGER_ROOT=${pm2.home}\nDOCKER_HOST=unix:///nonexistent`,
        "PUBLIC_ORIGIN=https://panel.example.com\nVPS_IP=203.0.113.7\n",
      ].join("\n"),
    );
    env = {
      PATH: `${join(projectFolder, "node_modules/.bin")}:${process.env.PATH}`,
      HOME: pm2.home,
      PM2_HOME: pm2.home,
      PM2_DISABLE_VERSION_CHECK: "true",
      AI_DESKTOP_ENV: settings,
      // For PM2's command line, which passes nothing of its environment to the services.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || join(pm2.home, "compiled"),
    };
  });
  afterAll(() => pm2?.close());

  const withPorts = (command: string) =>
    command.replace(/:(3005|3006|3007)\b/g, (_found, port: string) => `:${ports[Number(port) - 3005]}`);
  const shell = async (command: string) => {
    const options = { cwd: projectFolder, env, timeout: HANG_MS };
    return (await run("bash", ["--norc", "-o", "pipefail", "-c", withPorts(command)], options)).stdout;
  };
  /** For commands that run until Ctrl-C. In a terminal, grep writes line by line; in a pipe it needs an option. */
  const follow = async (command: string, text: string) => {
    const line = withPorts(command).replace("| grep", "| grep --line-buffered");
    const child: Child = await startChild("bash", ["--norc", "-c", line], { cwd: projectFolder, env });
    try {
      return await child.prints(text);
    } finally {
      child.signal("SIGKILL");
    }
  };
  const allAnswer = () =>
    eventually(async () => {
      for (const port of ports) if (!(await fetch(`http://127.0.0.1:${port}/health`)).ok) return false;
      return true;
    });
  const apps = async () => {
    const list = JSON.parse(await shell("pm2 jlist --silent")) as {
      name: string;
      pid: number;
      pm2_env: { status: string; NODE_ENV: string };
    }[];
    return new Map(list.map(({ name, pid, pm2_env }) => [name, { pid, ...pm2_env }]));
  };

  test("start all three for development", async () => {
    await shell("pm2 start deploy/ecosystem.config.cjs --env development");
    await allAnswer();
    const started = await apps();
    expect([...started.keys()]).toEqual(names);
    for (const app of started.values()) expect(app).toMatchObject({ status: "online", NODE_ENV: "development" });
    expect(await shell("pm2 list | grep websocket")).toMatch(/ai-desktop-websocket.*online/);
    expect(await shell("pm2 status")).toContain("ai-desktop-backend");
  });

  test("show logs, including the configured origins", async () => {
    await follow("pm2 logs", "[TAILING]");
    // Without --lines, PM2 shows the last 15 lines, and a service that waits for another writes more than that.
    for (const name of names) {
      expect(await follow(`pm2 logs ${name} --lines 1000`, "on 127.0.0.1:")).toContain("TAILING");
    }
    const line = await follow('pm2 logs ai-desktop-websocket --lines 1000 | grep "CORS Origins"', "CORS Origins: ");
    expect(line).toContain(withPorts("http://localhost:3005, http://localhost:3006"));
    expect(line).toContain("https://panel.example.com");
  });

  test("query the health of the services", async () => {
    expect(JSON.parse(await shell("curl http://localhost:3007/health"))).toEqual({
      success: true,
      status: "healthy",
      connections: { services: 0, deployments: 0, system: 0, mcp: 0, files: 0 },
      activeStreams: 0,
    });
    expect(JSON.parse(await shell("curl http://localhost:3006/health"))).toEqual({ success: true, status: "healthy" });
    const ready = 'curl -H "Authorization: Bearer $(cat "$DATA_DIR/emit-token")" http://localhost:3006/ready';
    env.DATA_DIR = join(pm2.home, "data");
    expect(await shell(ready)).toContain('"dependencies"');
  });

  test.skipIf(noLsof)("show which program uses a port", async () => {
    const pids = await apps();
    for (const [index, name] of names.entries()) {
      expect(await shell(`lsof -i :${3005 + index}`)).toContain(` ${pids.get(name)?.pid} `);
    }
  });

  test("restart one without the others, then all", async () => {
    const before = await apps();
    await shell("pm2 restart ai-desktop-websocket");
    await allAnswer();
    const after = await apps();
    const changed = names.filter((name) => before.get(name)?.pid !== after.get(name)?.pid);
    expect(changed).toEqual(["ai-desktop-websocket"]);
    await shell("pm2 restart all"); // they answer in the next test, after one more restart
    const last = await apps();
    for (const name of names) expect(last.get(name)?.pid).not.toBe(after.get(name)?.pid);
  });

  test("start all three for production, whose log also names the origins of the host", async () => {
    await shell("pm2 flush && pm2 restart deploy/ecosystem.config.cjs --env production");
    await allAnswer();
    for (const app of (await apps()).values()) expect(app.NODE_ENV).toBe("production");
    const origins = 'pm2 logs ai-desktop-websocket --nostream --lines 1000 | grep "CORS Origins"';
    const line = await eventually(async () => {
      const found = await shell(origins);
      return found.includes('"level"') && found; // JSON, as log collectors want it
    });
    for (const origin of [withPorts("http://localhost:3005"), "https://panel.example.com", "http://203.0.113.7"]) {
      expect(line).toContain(origin);
    }
  });

  test("stop all", async () => {
    await shell("pm2 stop all");
    for (const app of (await apps()).values()) expect(app.status).toBe("stopped");
  });
});
