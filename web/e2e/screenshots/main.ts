import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { startBrowser } from "../../../shared/testing/browser.ts";
import { startPrivateEngine } from "../../../shared/testing/engine.ts";
import { testPm2 } from "../../../shared/testing/pm2.ts";
import { projectFolder } from "../../../shared/testing/service-process.ts";
import { signIn } from "../../../shared/testing/signed-in.ts";
import { startStack } from "../../../shared/testing/stack.ts";
import { startContainers, startMcpServers, startProcesses, writeFiles } from "./shop.ts";

/*
 * Pictures of the panel on a server that runs a small shop, on an Engine, a PM2 and servers of its own.
 * `node web/e2e/screenshots/main.ts` makes the one of the README; `--all <folder>` one of each page, in both themes
 * and on a phone. Needs what the browser tests need, and root.
 */
const { values } = parseArgs({ options: { all: { type: "string" }, warm: { type: "string", default: "75" } } });

/** What the tests turn off for the sake of their own speed. */
const keeping = { LOG_STORE_MAX_BYTES: String(64 * 1024 * 1024), STATS_HISTORY_DAYS: "7", STATS_INTERVAL: "5" };

const ends: (() => Promise<unknown>)[] = [];
try {
  const engine = await startPrivateEngine();
  ends.push(engine.close);
  ends.push(async () => {
    const all = await engine.docker.listContainers({ all: true });
    await Promise.all(all.map(({ Id }) => engine.docker.getContainer(Id).remove({ force: true })));
  });
  await startContainers(engine.docker);
  const pm2 = await testPm2();
  ends.push(pm2.close);
  await startProcesses(pm2);
  const env = {
    PM2_HOME: pm2.home,
    DOCKER_HOST: engine.dockerHost,
    MCP_ALLOWED_COMMANDS: process.execPath,
    ...keeping,
  };
  const stack = await startStack({ web: true, env });
  ends.push(stack.stop);
  await writeFiles(stack.fileRoot);
  const admin = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: stack.origin });
  await startMcpServers(admin, stack.fileRoot);
  const browser = await startBrowser();
  ends.push(browser.close);

  const [name = "", value = ""] = admin.cookie.split(/=(.*)/s);
  const options = { viewport: { width: 1440, height: 900 }, colorScheme: "dark" as const };
  const { page, context, problems } = await browser.open(options);
  await context.addCookies([{ name, value, url: stack.origin }]);
  await page.goto(`${stack.origin}/services/web`);
  await page.getByRole("log").getByText(/GET/).first().waitFor();
  await delay(Number(values.warm) * 1_000); // charts of a minute tell more than charts of a second

  if (values.all === undefined) {
    const keep = (name: string) => page.screenshot({ path: join(projectFolder, "docs", name) });
    await keep("screenshot.png");
    await page.goto(`${stack.origin}/services`);
    await delay(45_000); // as long as the small charts are wide
    await keep("screenshot-services.png");
  } else {
    const folder = resolve(values.all);
    await mkdir(folder, { recursive: true });
    await everyPage(page, stack.origin, folder);
    const stranger = await browser.open(options);
    await show(stranger.page, `${stack.origin}/login`);
    await stranger.page.screenshot({ path: join(folder, "login-dark.png") });
  }
  if (problems.length > 0) process.stdout.write(`${problems.join("\n")}\n`);
} finally {
  for (const end of ends.reverse()) await end();
}

async function show(on: Page, address: string): Promise<void> {
  await on.goto(address);
  await on.getByRole("heading").first().waitFor();
  await on.locator("main .skeleton").first().waitFor({ state: "detached" });
}

async function everyPage(on: Page, origin: string, folder: string): Promise<void> {
  const paths = ["/", "/services", "/services/web", "/deployments", "/deployments/storefront", "/system", "/mcp"];
  paths.push("/logs", "/alerts", "/stacks", "/images", "/volumes", "/networks", "/disk");
  paths.push("/files", "/account", "/users", "/keys", "/activity", "/audit", "/settings", "/getting-started");
  for (const path of paths) {
    await show(on, `${origin}${path}`);
    await delay(path === "/system" || path === "/services" ? 9_000 : 2_500);
    const name = path === "/" ? "watch" : path.slice(1).replaceAll("/", "-");
    if (path === "/mcp") {
      await on.getByRole("row").filter({ hasText: "everything" }).click();
      await on.getByRole("button", { name: /echo/i }).first().click();
      await on.getByLabel(/message/i).fill("hello");
      await on.getByRole("button", { name: "Call tool" }).click();
      await on.getByText("Echo: hello").first().waitFor();
    }
    if (path === "/services/web") {
      await on.getByRole("tab", { name: "Details" }).click();
      await delay(1_000);
      await on.screenshot({ path: join(folder, "services-web-details.png") });
      await on.getByRole("tab", { name: "Stats" }).click();
      await delay(6_000);
      await on.screenshot({ path: join(folder, "services-web-stats.png") });
      await on.getByRole("tab", { name: "Logs" }).click();
      await delay(1_000);
    }
    if (path === "/files") {
      await on.getByRole("button", { name: "compose.yaml", exact: true }).click();
      await on.getByRole("textbox", { name: /^Text of/ }).waitFor();
    }
    for (const colorScheme of ["dark", "light"] as const) {
      await on.emulateMedia({ colorScheme });
      await delay(400); // charts are drawn again
      await on.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    }
    await on.setViewportSize({ width: 390, height: 844 });
    await delay(400);
    await on.screenshot({ path: join(folder, `${name}-phone.png`) });
    await on.setViewportSize({ width: 1440, height: 900 });
    await on.emulateMedia({ colorScheme: "dark" });
  }
}
