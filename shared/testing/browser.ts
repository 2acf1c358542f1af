import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { findChromium } from "./parts.ts";

export interface TestBrowser {
  browser: Browser;
  /** Opens a page in a separate profile. Logged errors, exceptions and blocked loads of the page are collected in `problems`. */
  open(options?: Parameters<Browser["newContext"]>[0]): Promise<{
    page: Page;
    context: BrowserContext;
    problems: string[];
  }>;
  close(): Promise<void>;
}

/** A Docker network created by a test adds an interface, which aborts requests: not an error of the page, which retries. */
export const networkChanged = /net::ERR_NETWORK_CHANGED/;

/** Reloads a document that was left without a script, as a user would. What it loads later it fetches again by itself. */
function loadBrokenAgain(page: Page): void {
  let isLoaded = false;
  let isReloading = false;
  page.on("request", (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) isLoaded = false;
  });
  page.on("load", () => {
    isLoaded = true;
  });
  page.on("requestfailed", (request) => {
    const isBroken = request.resourceType() === "script" && networkChanged.test(request.failure()?.errorText ?? "");
    if (!isBroken || isLoaded || isReloading) return;
    isReloading = true;
    page
      .waitForLoadState()
      .then(() => page.reload())
      .catch(() => {}) // the page is closed
      .finally(() => {
        isReloading = false;
      });
  });
}

/**
 * Starts a real headless Chromium. It sends no requests to the internet. Without a browser's own window, and with the
 * drawing in its main process, it takes half the processor time (a walk through all pages: 40 s instead of 82 s).
 */
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
      "--in-process-gpu",
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
