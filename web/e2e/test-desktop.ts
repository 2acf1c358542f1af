import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { testEntry } from "../../api/catalogue/testing.ts";
import { networkChanged, startBrowser } from "../../shared/testing/browser.ts";
import { type TestEngine, testEngine } from "../../shared/testing/engine.ts";
import { HANG_MS } from "../../shared/testing/eventually.ts";
import { startRegistry } from "../../shared/testing/peers/registry.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { type SignedIn, signIn } from "../../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../../shared/testing/stack.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { recordToasts } from "./toasts.ts";

/** What went wrong behind the scenes while a page was looked at. */
export interface Troubles {
  /** Errors thrown or logged, dialogs opened, rules of the content policy broken. */
  problems: string[];
  /** Requested addresses that belong to none of the three servers. */
  strangers: string[];
}

export interface Visitor {
  context: BrowserContext;
  page: Page;
}

export interface TestDesktopOptions {
  /** Makes the administrator's account by the API and logs the page in with it; true unless it is false. */
  account?: boolean;
  /** The name that the browser comes by: passkeys need one. Its loopback address unless said. */
  host?: "localhost";
  /** Puts the entry "Greeter" on top of the catalogue, with a registry that has its image. */
  catalogue?: boolean;
}

/** Where a journey runs: the three servers with real parts, and a browser that is signed in. */
export interface TestDesktop extends Troubles {
  stack: Stack;
  engine: TestEngine;
  pm2: TestPm2;
  /** Image of the entry "Greeter"; empty unless the catalogue was asked for. */
  catalogueImage: string;
  /** The folder that STACKS_ROOTS lists, empty at first. */
  stacksRoot: string;
  /** Whose page it is, by the API; fails without an account. */
  admin(): SignedIn;
  /** The administrator's page. */
  page: Page;
  /** Another browser that is not signed in. */
  visit(options?: BrowserContextOptions): Promise<Visitor>;
  /** Goes to a page of the panel by its path, and waits for its heading. */
  open(path: string, heading: string, page?: Page): Promise<void>;
  /** Does something on closing, before the servers end. */
  later(work: () => Promise<unknown>): void;
  /** Takes out the problems noted since there were `since` that were meant to be; the others stay. */
  expected(pattern: RegExp, since: number): string[];
  close(): Promise<void>;
}

/** The browser's own remark on an answer that is no success: asking who is there is answered with 401 before anybody is. */
const refusal = /^Failed to load resource: the server responded with a status of 4\d\d/;

export async function startTestDesktop({
  account = true,
  catalogue = false,
  host,
}: TestDesktopOptions = {}): Promise<TestDesktop> {
  const ends: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const engine = testEngine();
    ends.push(engine.removeAll);
    const pm2 = await testPm2();
    ends.push(pm2.close);
    const folder = await tempFolder("catalogue");
    ends.push(folder.remove);
    const stacksRoot = await tempFolder("stacks-root");
    ends.push(stacksRoot.remove);
    let catalogueImage = "";
    if (catalogue) {
      const registry = await startRegistry();
      ends.push(registry.stop);
      catalogueImage = `${registry.host}/greeter`;
      await registry.push(engine.docker, "greeter:1");
      await writeFile(join(folder.path, "greeter.json"), JSON.stringify(testEntry(catalogueImage)));
    }
    const env = {
      CATALOGUE_DIR: folder.path,
      STACKS_ROOTS: stacksRoot.path,
      PM2_HOME: pm2.home,
      DOCKER_HOST: engine.dockerHost,
      MCP_ALLOWED_COMMANDS: process.execPath,
      MCP_ALLOWED_HOSTS: "127.0.0.1",
      LOG_STORE_MAX_BYTES: String(64 * 1024 * 1024),
      ALERT_ALLOWED_HOSTS: "127.0.0.1",
    };
    const stack = await startStack({ web: true, env, ...(host ? { host } : {}) });
    ends.push(stack.stop);
    const { url: apiUrl } = stack.api;
    const signedIn = account ? await signIn({ apiUrl, dataDir: stack.dataDir, origin: stack.origin }) : undefined;
    const browser = await startBrowser();
    ends.push(browser.close);
    const troubles: Troubles = { problems: [], strangers: [] };
    const visit = async (options?: BrowserContextOptions): Promise<Visitor> => {
      const { context, page } = await browser.open(options);
      // Also of pages that open by themselves.
      context.setDefaultTimeout(HANG_MS);
      page.setDefaultTimeout(HANG_MS);
      await recordToasts(context);
      noteTroubles(page, stack, troubles);
      return { context, page };
    };
    const { page, context } = await visit();
    if (signedIn) {
      const [name = "", value = ""] = signedIn.cookie.split(/=(.*)/s);
      await context.addCookies([{ name, value, url: stack.origin, httpOnly: true, sameSite: "Strict" }]);
    }
    return {
      ...troubles,
      stack,
      engine,
      pm2,
      catalogueImage,
      stacksRoot: stacksRoot.path,
      admin: () => {
        if (!signedIn) throw new Error("this desk has no account");
        return signedIn;
      },
      page,
      visit,
      open: async (path, heading, on = page) => {
        await on.goto(`${stack.origin}${path}`);
        await on.getByRole("heading", { name: heading }).first().waitFor();
      },
      later: (end) => void ends.push(end),
      expected: (pattern, since) => {
        const noted = troubles.problems.splice(since);
        troubles.problems.push(...noted.filter((problem) => !pattern.test(problem)));
        return noted.filter((problem) => pattern.test(problem));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What the live client says on a connection that ends just then: a page that is left, a server that is killed. */
const closing = /^WebSocket is already in CLOSING or CLOSED state/;

function noteTroubles(page: Page, { origin, env }: Stack, { problems, strangers }: Troubles): void {
  const ours = new Set([origin, env.VITE_API_URL, env.VITE_WS_URL]);
  page.on("pageerror", (error) => problems.push(`thrown: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error" || [refusal, closing, networkChanged].some((one) => one.test(message.text())))
      return;
    problems.push(message.text());
  });
  page.on("dialog", (dialog) => {
    // Asking before unsaved text is lost is the page's own.
    if (dialog.type() !== "beforeunload") problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const { origin: asked, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && !ours.has(asked)) strangers.push(request.url());
  });
  page.on("requestfailed", (request) => {
    // Stopped by the content policy before anybody was asked.
    const at = request.failure()?.errorText === "csp" ? strangers.indexOf(request.url()) : -1;
    if (at !== -1) strangers.splice(at, 1);
  });
}

/** What a download of the page holds, as text. */
export async function downloaded(page: Page, begin: () => Promise<unknown>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), begin()]);
  return await readFile(await download.path(), "utf8");
}
