import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { findChromium } from "./parts.ts";

export interface TestBrowser {
  browser: Browser;
  /** A page in a profile of its own. What the page logs as an error, throws or may not load is kept in `problems`. */
  open(options?: Parameters<Browser["newContext"]>[0]): Promise<{
    page: Page;
    context: BrowserContext;
    problems: string[];
  }>;
  close(): Promise<void>;
}

/** A Docker network that a test makes is an interface that comes: no fault of the page, which asks again. */
export const networkChanged = /net::ERR_NETWORK_CHANGED/;

/** A page whose own script was broken off stays empty: a person would load it again. */
function loadBrokenAgain(page: Page): void {
  let isReloading = false;
  page.on("requestfailed", (request) => {
    const isBroken = request.resourceType() === "script" && networkChanged.test(request.failure()?.errorText ?? "");
    if (!isBroken || isReloading) return;
    isReloading = true;
    page
      .waitForLoadState()
      .then(() => page.reload())
      .catch(() => {}) // it is closed
      .finally(() => {
        isReloading = false;
      });
  });
}

/** A real Chromium without a window. It asks nobody outside for anything. */
export async function startBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-dev-shm-usage",
    ],
  });
  return {
    browser,
    open: async (options) => {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error" && !networkChanged.test(message.text())) problems.push(message.text());
      });
      loadBrokenAgain(page);
      return { page, context, problems };
    },
    close: () => browser.close(),
  };
}
