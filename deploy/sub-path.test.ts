import { Agent } from "node:https";
import { join } from "node:path";
import process from "node:process";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser, type TestBrowser } from "../shared/testing/browser.ts";
import { eventually, HANG_MS } from "../shared/testing/eventually.ts";
import { freePorts } from "../shared/testing/free-port.ts";
import { lacks } from "../shared/testing/parts.ts";
import { startNginx, type TestNginx } from "../shared/testing/peers/nginx.ts";
import { ADMIN } from "../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../shared/testing/stack.ts";
import { mcpBehindProxy } from "./testing/mcp-behind-proxy.ts";

const appServer = join(import.meta.dirname, "../shared/testing/probes/mcp-app-server.ts");

/** The site of `deploy/nginx.conf` behind another nginx, under a path of its site. */
describe.skipIf(await lacks("nginx", "chromium", "linux"))("the panel under a path, behind another proxy", () => {
  let nginx: TestNginx;
  let stack: Stack;
  let browser: TestBrowser;
  let setupLink: string;
  let cookie: string;

  beforeAll(async () => {
    const [outerPort = 0] = await freePorts(1);
    const origin = `https://localhost:${outerPort}`;
    stack = await startStack({
      web: true,
      env: {
        PUBLIC_ORIGIN: origin,
        BASE_PATH: "/panel/",
        TRUSTED_PROXIES: "127.0.0.1",
        NODE_ENV: "production",
        MCP_ALLOWED_COMMANDS: process.execPath,
        MCP_ALLOWED_HOSTS: "127.0.0.1",
        VITE_API_URL: "",
        VITE_WS_URL: "",
      },
    });
    const { web, api, realtime } = stack;
    nginx = await startNginx({ web: web?.port ?? 0, api: api.port, realtime: [realtime.port], outerPort });
    setupLink = /https:\/\/\S+/.exec(await api.prints("/setup#token="))?.[0] ?? "";
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await nginx?.close();
    await stack?.stop();
  });

  test("is set up by the link in the console and works in a browser: pages, live metrics, a reload", async () => {
    expect(setupLink.startsWith(`${nginx.origin}/panel/setup#token=`)).toBe(true);
    const { page, context, problems } = await browser.open({ ignoreHTTPSErrors: true });
    page.setDefaultTimeout(HANG_MS);
    const strays: string[] = [];
    page.on("request", (request) => {
      const { origin, pathname, protocol } = new URL(request.url());
      const ours = origin === nginx.origin && pathname.startsWith("/panel/");
      if (/^(http|ws)/.test(protocol) && !ours) strays.push(request.url());
    });
    const sockets: string[] = [];
    page.on("websocket", (socket) => sockets.push(new URL(socket.url()).pathname));
    const isLive = page.getByText(/\d+(\.\d+)? ?%/).first();

    await page.goto(setupLink);
    await page.getByLabel("User name").fill(ADMIN.username);
    await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
    await page.getByRole("button", { name: "Create administrator" }).click();
    await page.waitForURL(`${nginx.origin}/panel/getting-started`);
    const navigation = page.getByRole("navigation", { name: "Main" });
    await navigation.getByRole("link", { name: "Watch" }).click();
    await page.getByRole("region", { name: "Host" }).waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/panel\/?$/);
    expect(await navigation.locator("[aria-current=page]").allInnerTexts()).toEqual(["Watch"]);

    await navigation.getByRole("link", { name: "Files" }).click();
    await page.waitForURL(`${nginx.origin}/panel/files`);
    await page.goto(`${nginx.origin}/panel/services/no-such-one`); // an address of some depth, opened directly
    await page.getByRole("heading", { name: "Containers" }).first().waitFor();
    for (const path of ["access/users", "srevices/web"]) {
      expect((await page.goto(`${nginx.origin}/panel/${path}`))?.status()).toBe(404);
      await page.getByText(`/panel/${path}`).waitFor();
    }
    await page.getByRole("link", { name: "Go to Watch" }).click();
    await page.getByRole("region", { name: "Host" }).waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/panel\/?$/);
    await navigation.getByRole("link", { name: "System" }).click();
    await page.waitForURL(`${nginx.origin}/panel/system`); // Watch has live metrics too
    await isLive.waitFor();
    await page.reload();
    await isLive.waitFor();

    const made = await page.evaluate(
      async ([command, program]) => {
        const send = async (path: string, body: object) => {
          const headers = { "Content-Type": "application/json" };
          const answer = await fetch(`/panel/api/mcp${path}`, { method: "POST", headers, body: JSON.stringify(body) });
          return (await answer.json()) as { server: { id: string } };
        };
        const { server } = await send("", { name: "apps", transport: { type: "stdio", command, args: [program] } });
        return send(`/${server.id}/start`, {});
      },
      [process.execPath, appServer],
    );
    await page.goto(`${nginx.origin}/panel/mcp/${made.server.id}?tool=show`);
    await page.getByRole("textbox", { name: "text", exact: true }).fill("under a path");
    await page.getByRole("button", { name: "Call tool" }).click();
    await page.getByRole("button", { name: "App", exact: true }).click();
    await page.frameLocator("iframe").getByText("result under a path").waitFor();

    await page.goto(`${nginx.origin}/panel/mcp/gateway`);
    await page.getByText(`${nginx.origin}/panel/api/agent/mcp`, { exact: true }).waitFor();
    const snippet = page.locator(".gateway-snippet");
    for (const client of ["Claude Code", "Claude Desktop", "VS Code", "Cursor", ".mcp.json"]) {
      await page.getByLabel("Client", { exact: true }).selectOption(client);
      expect(await snippet.textContent()).toContain(`${nginx.origin}/panel/api/agent/mcp`);
    }
    await page.getByRole("main").getByRole("link", { name: "API keys" }).click();
    await page.waitForURL(`${nginx.origin}/panel/keys`);
    await page.getByRole("banner").getByRole("button", { name: /^Jobs/ }).click();
    await page.getByRole("link", { name: "All activity" }).click();
    await page.waitForURL(`${nginx.origin}/panel/activity`);
    await page.locator(".activity-row").first().click();
    await page.waitForURL(/\/panel\/activity\/./);

    expect(new Set(sockets)).toEqual(new Set(["/panel/socket.io/"]));
    expect(strays).toEqual([]);
    // Before the sign-in; the missing addresses; log history is not kept here.
    const meant = /401 \(Unauthorized\)|404 \(Not Found\)|501 \(Not Implemented\)/;
    expect(problems.filter((problem) => !meant.test(problem))).toEqual([]);
    const stranger = await browser.open({ ignoreHTTPSErrors: true });
    await stranger.page.goto(`${nginx.origin}/panel/login?error=forbidden`);
    await stranger.page.getByText("The identity provider rejected the sign-in").waitFor();
    expect(stranger.page.url()).toBe(`${nginx.origin}/panel/login`);
    await stranger.context.close();
    const kept = (await context.cookies()).find(({ name }) => name === "__Host-ai-desktop!panel");
    expect(kept).toMatchObject({ path: "/", secure: true, httpOnly: true });
    cookie = `${kept?.name}=${kept?.value}`;
    await context.close();
  });

  test("also has its API reference there, and its routes work as at the root", async () => {
    expect((await nginx.send("/panel/api/services")).status).toBe(401);
    const headers = { Cookie: cookie };
    const reference = await nginx.send("/panel/api/docs", { headers });
    const [, style = ""] = /rel="stylesheet" href="([^"]+)"/.exec(reference.body) ?? [];
    const { pathname } = new URL(style, `${nginx.origin}/panel/api/docs`);
    expect((await nginx.send(pathname, { headers })).status).toBe(200);
  });

  mcpBehindProxy(() => ({ nginx, base: "/panel", cookie }));

  test("does not affect the surrounding site, and keeps closed endpoints closed", async () => {
    expect((await nginx.send("/")).body).toBe("the site that was there");
    expect((await nginx.send("/panel")).headers.location).toBe("/panel/");
    for (const path of ["emit", "metrics", "ready", "internal/sessions", "access/revoke"]) {
      expect([path, (await nginx.send(`/panel/${path}`, { method: "POST" })).status]).toEqual([path, 404]);
    }
    for (const path of ["/panel/api/..\\internal/sessions", "/panel/api/..%5cinternal/sessions"]) {
      expect([400, 404]).toContain((await nginx.send(path, { method: "POST" })).status);
    }
  });

  test("gets the visitor's own address, not that of the proxy or a forged one", async () => {
    const answer = await nginx.send(
      "/panel/api/session",
      {
        method: "POST",
        headers: { Origin: nginx.origin, "Content-Type": "application/json", "X-Forwarded-For": "203.0.113.9" },
        localAddress: "127.0.0.77",
      },
      JSON.stringify(ADMIN),
    );
    expect(answer.status).toBe(200);
    const { body } = await nginx.send("/panel/api/account/sessions", { headers: { Cookie: cookie } });
    expect((JSON.parse(body) as { sessions: { address: string }[] }).sessions.map(({ address }) => address)).toContain(
      "127.0.0.77",
    );
    expect(body).not.toContain("203.0.113.9");
  });

  test("admits programs by the path of the socket", async () => {
    // The server closes a connection that takes too long to say where it goes, as on a busy machine.
    await eventually(async () => {
      const socket = io(`${nginx.origin}/system`, {
        path: "/panel/socket.io",
        transports: ["polling"],
        extraHeaders: { Cookie: cookie, Origin: nginx.origin },
        agent: new Agent({ ca: nginx.certificate }) as unknown as string,
        ca: nginx.certificate,
        reconnection: false,
        forceNew: true,
      } as Parameters<typeof io>[1]);
      try {
        await new Promise<void>((resolve, reject) => {
          socket.once("connect", resolve);
          socket.once("connect_error", reject);
          // Closed before it joins: neither of the two comes then.
          socket.io.once("close", (reason) => reject(new Error(reason)));
        });
      } finally {
        socket.disconnect();
      }
    });
  });
});
