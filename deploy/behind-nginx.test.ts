import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { everythingServer } from "../api/mcp/testing.ts";
import { deploymentIdOf } from "../shared/pm2/deployment-id.ts";
import { eventually } from "../shared/testing/eventually.ts";
import { canConnect, freePorts } from "../shared/testing/free-port.ts";
import { lacks } from "../shared/testing/parts.ts";
import { startNginx, type TestNginx } from "../shared/testing/peers/nginx.ts";
import { type TestPm2, testPm2 } from "../shared/testing/pm2.ts";
import { ADMIN, type SignedIn, signIn } from "../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../shared/testing/stack.ts";
import { mcpBehindProxy } from "./testing/mcp-behind-proxy.ts";

const run = promisify(execFile);

describe.skipIf(await lacks("nginx"))("the panel behind nginx", () => {
  let nginx: TestNginx;
  let stack: Stack;
  let admin: SignedIn;
  let key: string;
  /** Of a log-in through nginx. */
  let cookie: string;
  let pm2: TestPm2;
  const names = ["@acme/mail", "win\\job", "a/b\\c 50%?x#y"];

  beforeAll(async () => {
    pm2 = await testPm2();
    for (const name of names) {
      const script = join(pm2.home, "idle.mjs");
      await writeFile(script, "setInterval(() => {}, 1000);");
      await pm2.command("start", script, "--name", name);
    }
    const [httpsPort = 0] = await freePorts(1);
    const origin = `https://localhost:${httpsPort}`;
    const env = {
      PUBLIC_ORIGIN: `${origin},https://localhost`,
      TRUSTED_PROXIES: "127.0.0.1",
      NODE_ENV: "production",
      PM2_HOME: pm2.home,
      MCP_ALLOWED_COMMANDS: process.execPath,
      MCP_ALLOWED_HOSTS: "127.0.0.1",
    };
    stack = await startStack({ env, web: true });
    nginx = await startNginx({
      web: stack.web?.port ?? 9,
      api: stack.api.port,
      realtime: [stack.realtime.port],
      httpsPort,
    });
    expect(await canConnect(httpsPort)).toBe(true);
    admin = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin });
    const transport = { type: "stdio", command: process.execPath, args: [everythingServer, "stdio"] };
    const body = { name: "everything", transport };
    const { server } = await admin.ask<{ server: { id: string } }>("POST", "/api/mcp", body);
    await admin.ask("POST", `/api/mcp/${server.id}/start`, {});
    const gateway = { enabled: true, nameSpacing: true, timeoutSeconds: 600, callsPerMinute: 600 };
    await admin.ask("PUT", "/api/mcp-gateway", gateway);
    await admin.ask("PUT", `/api/mcp-gateway/servers/${server.id}`, { enabled: true });
    key = await admin.makeKey();
    const headers = { Origin: nginx.origin, "Content-Type": "application/json" };
    const session = await nginx.send("/api/session", { method: "POST", headers }, JSON.stringify(ADMIN));
    cookie = session.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  });
  afterAll(async () => {
    await nginx?.close();
    await stack?.stop();
    await pm2?.close();
  });

  test("a log-in through nginx sets a cookie for https only", async () => {
    const answer = await nginx.send(
      "/api/session",
      { method: "POST", headers: { Origin: nginx.origin, "Content-Type": "application/json" } },
      JSON.stringify(ADMIN),
    );
    expect(answer.status).toBe(200);
    const [cookie = ""] = answer.headers["set-cookie"] ?? [];
    expect(cookie).toMatch(/^__Host-/);
    for (const attribute of ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"]) expect(cookie).toContain(attribute);
    const session = await nginx.send("/api/session", { headers: { Cookie: cookie.split(";")[0] } });
    expect(JSON.parse(session.body)).toMatchObject({ success: true, principal: { name: ADMIN.username } });
  });

  test("the emit endpoint stays closed, even with the token", async () => {
    const token = (await readFile(join(stack.dataDir, "emit-token"), "utf8")).trim();
    const options = { method: "POST", headers: { Authorization: `Bearer ${token}` } };
    expect((await nginx.send("/emit", options, "{}")).status).toBe(404);
    expect((await nginx.send("/api/..\\internal/sessions", options, "{}")).status).toBe(400);
  });

  test.each(names)("the process %s is shown and stopped by its id", async (name) => {
    const id = encodeURIComponent(deploymentIdOf("default", name));
    const path = `/api/deployments/${id}`;
    const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
    const found = await nginx.send(path, { headers });
    expect(found.status, found.body).toBe(200);
    expect(JSON.parse(found.body).deployment.name).toBe(name);
    expect((await nginx.send(`${path}/stop`, { method: "POST", headers })).status).toBe(200);
    // Its page, reloaded.
    const page = await nginx.send(`/deployments/${id}`);
    expect(page.status).toBe(200);
    expect(page.headers["content-type"]).toContain("text/html");
  });

  test("credentials for the proxy itself do not count as an API key", async () => {
    const headers = { Authorization: "Basic YWRhOngK", Cookie: admin.cookie, Origin: nginx.origin };
    const answer = await nginx.send("/socket.io/?EIO=4&transport=polling", { headers });
    expect(answer.status).toBe(200);
  });

  test("the health of the API is public, the lists are not", async () => {
    expect(JSON.parse((await nginx.send("/health")).body)).toEqual({ success: true, status: "healthy" });
    expect((await nginx.send("/api/services")).status).toBe(401);
  });

  test("smoke.sh reports every healthy part, and names the broken one", async () => {
    const certificate = join(stack.dataDir, "nginx.pem");
    await writeFile(certificate, nginx.certificate);
    const smoke = (...args: string[]) =>
      run(join(import.meta.dirname, "smoke.sh"), ["--api", stack.api.url, "--realtime", stack.realtime.url, ...args], {
        env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: certificate },
      }).then(
        ({ stdout }) => stdout,
        (error: { stdout: string }) => error.stdout,
      );
    const token = join(stack.dataDir, "emit-token");
    // A part that gets no processor time for some seconds is broken meanwhile.
    await eventually(async () => {
      const report = await smoke("--web", stack.api.url, "--public", nginx.origin, "--token-file", token);
      for (const part of [
        "API",
        "realtime server",
        "WebSocket through nginx",
        "events from backends",
        "paths closed by nginx",
      ]) {
        expect(report).toContain(`ok      ${part}:`);
      }
      expect(report).toContain("BROKEN  web app:");
    });
    expect(await smoke("--realtime", "http://127.0.0.1:9")).toContain("BROKEN  realtime server:");
    expect(await smoke("--token-file", join(stack.dataDir, "none"))).toContain("BROKEN  secret between the servers:");
  });

  test("smoke.sh connects to the given address, and expects the given certificate there", async () => {
    const certificate = join(stack.dataDir, "shown.pem");
    await writeFile(certificate, nginx.certificate);
    const smoke = (connect: string, expected: string) =>
      run(
        join(import.meta.dirname, "smoke.sh"),
        ["--only-public", "--public", "https://localhost", "--connect", connect, "--certificate", expected],
        { env: { PATH: process.env.PATH } },
      ).then(
        ({ stdout }) => stdout,
        (error: { stdout: string }) => error.stdout,
      );
    const here = `127.0.0.1:${nginx.httpsPort}`;
    await eventually(async () => {
      const report = await smoke(here, certificate);
      for (const part of ["API", "WebSocket"]) expect(report).toContain(`ok      ${part} through nginx:`);
    });
    await eventually(async () =>
      expect(await smoke("127.0.0.1:9", certificate)).toMatch(/BROKEN {2}API through nginx: .*127\.0\.0\.1:9/),
    );
    const other = join(stack.dataDir, "other.pem");
    const make = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    await run("openssl", [...make, "-subj", "/CN=localhost", "-keyout", "/dev/null", "-out", other]);
    await eventually(async () =>
      expect(await smoke(here, other)).toContain(
        "BROKEN  API through nginx: another certificate than the panel's is shown",
      ),
    );
  });

  test.each([
    ["as it is delivered", (site: string) => site],
    ["that buffers", (site: string) => site.replaceAll("proxy_buffering off;", "proxy_buffering on;")],
  ])("the progress of a call through the MCP gateway arrives while it runs, at a site %s", async (_, edit) => {
    await nginx.change(edit);
    const { secret } = await admin.ask<{ secret: string }>("POST", "/api/keys", {
      name: "agent",
      role: "operator",
      days: 1,
      scopes: ["mcp:call"],
    });
    const agent = new Agent({ ca: nginx.certificate });
    const open = (method: string, session: string, body?: object) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        const headers = {
          Authorization: `Bearer ${secret}`,
          Accept: "application/json, text/event-stream",
          "Content-Type": "application/json",
          ...(session === "" ? {} : { "Mcp-Session-Id": session }),
        };
        const sent = request(`${nginx.origin}/api/agent/mcp`, { method, headers, agent }, resolve);
        sent.on("error", reject).end(body && JSON.stringify({ jsonrpc: "2.0", ...body }));
      });
    /** Reads until a text is there. */
    const arrives = async (response: IncomingMessage, text: string) => {
      let read = "";
      for await (const chunk of response) {
        read += String(chunk);
        if (read.includes(text)) return read;
      }
      throw new Error(`It ended without ${text}: ${read}`);
    };
    const clientInfo = { name: "agent", version: "1" };
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
    const opened = await open("POST", "", { id: 1, method: "initialize", params });
    const session = String(opened.headers["mcp-session-id"]);
    await arrives(opened, "protocolVersion");
    await arrives(await open("GET", session), ": open"); // the first byte, before there is a message
    const call = await open("POST", session, {
      id: 2,
      method: "tools/call",
      params: {
        name: "everything__trigger-long-running-operation",
        arguments: { duration: 3_000, steps: 6_000 },
        _meta: { progressToken: "p" },
      },
    });
    const progress = call[Symbol.asyncIterator]();
    let read = "";
    while (!read.includes('"progress":2')) read += String((await progress.next()).value);
    const cancel = { method: "notifications/cancelled", params: { requestId: 2 } };
    expect((await open("POST", session, cancel)).statusCode).toBe(202);
    while (!read.includes('"error"')) read += String((await progress.next()).value);
    agent.destroy();
  });

  mcpBehindProxy(() => ({ nginx, base: "", cookie }));

  test.each([["websocket"], ["polling"]])("live stats arrive over %s", async (transport) => {
    // The server closes a connection that takes too long to say where it goes, as on a busy machine.
    await eventually(async () => {
      const socket = io(`${nginx.origin}/system`, {
        transports: [transport],
        auth: { token: key },
        agent: new Agent({ ca: nginx.certificate }) as unknown as string,
        ca: nginx.certificate,
        reconnection: false,
        forceNew: true,
      } as Parameters<typeof io>[1]);
      try {
        const stats = await new Promise((resolve, reject) => {
          socket.once("connect_error", reject);
          // Closed before it joins, none of the others comes.
          socket.io.once("close", (reason) => reject(new Error(reason)));
          socket.once("error", reject);
          socket.once("stats", resolve);
          socket.once("connect", () => socket.emit("subscribe:stats", { interval: 1_000 }));
        });
        expect(stats).toMatchObject({ cpu: { count: expect.any(Number) }, hostname: expect.any(String) });
      } finally {
        socket.disconnect();
      }
    });
  });
});
