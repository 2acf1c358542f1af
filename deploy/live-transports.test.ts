import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser, type TestBrowser } from "../shared/testing/browser.ts";
import { eventually, HANG_MS } from "../shared/testing/eventually.ts";
import { freePorts } from "../shared/testing/free-port.ts";
import { lacks } from "../shared/testing/parts.ts";
import { startNginx, type TestNginx } from "../shared/testing/peers/nginx.ts";
import { projectFolder, type ServiceProcess, startService } from "../shared/testing/service-process.ts";
import { ADMIN, signIn } from "../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../shared/testing/stack.ts";

const bundle = await readFile(join(projectFolder, "node_modules/socket.io-client/dist/socket.io.js"), "utf8");
const upgrade = "proxy_set_header Upgrade $http_upgrade;";
/** Proxies without WebSocket: one drops the header, the other refuses the upgrade. */
const withoutUpgrades = (site: string) => site.replace(upgrade, 'proxy_set_header Upgrade "";');
const refusingUpgrades = (site: string) =>
  site.replace(upgrade, `${upgrade}\n        if ($http_upgrade) { return 400; }`);
/** Over plain http to an address outside of the machine, browsers send no such headers. */
const silentBrowser = (site: string) =>
  ["Site", "Mode", "Dest"].reduce(
    (text, name) => text.replaceAll(upgrade, `${upgrade}\n        proxy_set_header Sec-Fetch-${name} "";`),
    site,
  );
const keep = (site: string) => site;

const ways = [
  { how: "over https", plain: false, site: keep },
  { how: "over plain http to an address", plain: true, site: silentBrowser },
  { how: "over plain http to this machine", plain: true, site: keep },
];

describe.skipIf(await lacks("nginx", "chromium", "curl"))("a page on the origin of the realtime server", () => {
  let browser: TestBrowser;
  let stack: Stack;
  const origins: string[] = [];
  beforeAll(async () => {
    const ports = await freePorts(ways.length);
    for (const [index, { plain }] of ways.entries()) {
      origins.push(plain ? `http://127.0.0.1:${ports[index]}` : `https://localhost:${ports[index]}`);
    }
    stack = await startStack({ env: { PUBLIC_ORIGIN: origins.join(","), TRUSTED_PROXIES: "127.0.0.1" } });
    await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: origins[0] ?? "" });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  describe.each(ways.map((way, index) => ({ ...way, index })))("$how", ({ plain, site, index }) => {
    let nginx: TestNginx;
    let web: ServiceProcess;
    let page: Page;
    let close: () => Promise<void>;

    beforeAll(async () => {
      const origin = origins[index] ?? "";
      const httpsPort = Number(new URL(origin).port);
      web = await startService("web", { env: { ...stack.env, VITE_API_URL: origin, VITE_WS_URL: origin } });
      const realtime = [stack.realtime.port];
      nginx = await startNginx({ web: web.port, api: stack.api.port, realtime, httpsPort, plain });
      await nginx.change(site);
      const { page: opened, context } = await browser.open({ ignoreHTTPSErrors: true });
      page = opened;
      close = () => context.close();
      page.setDefaultTimeout(HANG_MS);
      await page.goto(`${origin}/login`);
      await page.getByLabel("User name").fill(ADMIN.username);
      await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("Live", { exact: true }).waitFor();
    });
    afterAll(async () => {
      await close?.();
      await nginx?.close();
      await web?.stop();
    });

    /** Returns the transport that delivered live metrics with Socket.IO's own bundle in the page. */
    const connect = async (options: object): Promise<string> => {
      await page.evaluate(bundle);
      return await page.evaluate(
        (given) =>
          new Promise<string>((resolve, reject) => {
            // biome-ignore lint/suspicious/noExplicitAny: the bundle has no types in the page
            const socket = (globalThis as any).io("/system", { forceNew: true, reconnection: false, ...given });
            const end = (settle: () => void) => {
              settle();
              socket.disconnect();
            };
            socket.on("connect_error", (error: Error) => end(() => reject(new Error(error.message))));
            // The server closes a connection that takes too long to say where it goes: no other event tells of that.
            socket.io.on("close", (reason: string) => end(() => reject(new Error(reason))));
            socket.on("connect", () => socket.emit("subscribe:stats", { interval: 1_000 }));
            let samples = 0;
            socket.on("stats", () => {
              if (++samples === 2) end(() => resolve(socket.io.engine?.transport.name));
            });
          }),
        options,
      );
    };

    test("is live with every choice of transports", async () => {
      const choices = [
        {},
        ...[["polling"], ["polling", "websocket"], ["websocket"]].map((transports) => ({ transports })),
      ];
      // The change to WebSocket may come after the second sample.
      await eventually(async () => {
        const found = await Promise.all(choices.map(connect));
        expect(found).toEqual(["websocket", "polling", "websocket", "websocket"]);
      });
    });

    test.each([
      ["become plain requests", withoutUpgrades],
      ["are refused", refusingUpgrades],
    ])("lives by polling where WebSockets %s, says so, and returns to them", async (_why, block) => {
      await nginx.change((text) => block(site(text)));
      // The browser may still have a connection to an nginx worker with the previous configuration.
      const choices = [{}, { transports: ["websocket", "polling"], tryAllTransports: true }];
      await eventually(async () => {
        expect(await Promise.all(choices.map(connect))).toEqual(["polling", "polling"]);
      });
      await page.reload();
      await page.getByText("Live by polling", { exact: true }).waitFor();
      await nginx.change(site);
      await page.reload();
      await page.getByText("Live", { exact: true }).waitFor();
    });
  });
});
