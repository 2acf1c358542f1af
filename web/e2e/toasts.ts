import type { BrowserContext, Page } from "playwright-core";
import { eventually } from "../../shared/testing/eventually.ts";

type Recording = typeof globalThis & { shownToasts?: string[] };

/** Keeps the text of every toast of the pages opened from now on: one is gone after some seconds, seen or not. */
export const recordToasts = (context: BrowserContext): Promise<unknown> => context.addInitScript(record);

/** Waits for a toast that this document shows or has shown. Each counts once. */
export async function toastShown(page: Page, text: string | RegExp): Promise<void> {
  await eventually(async () => {
    const others = await page.evaluate((wanted) => {
      const shown = (globalThis as Recording).shownToasts ?? [];
      const at = shown.findIndex((one) => (typeof wanted === "string" ? one.includes(wanted) : wanted.test(one)));
      if (at === -1) return shown;
      shown.splice(at, 1);
      return undefined;
    }, text);
    if (others) throw new Error(`no toast ${String(text)} among ${JSON.stringify(others)}`);
  });
}

/** Runs in the page. */
function record(): void {
  const shown: string[] = [];
  (globalThis as Recording).shownToasts = shown;
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      if (!(target instanceof Element && target.classList.contains("toasts"))) continue;
      for (const node of addedNodes) {
        if (node instanceof Element && node.classList.contains("toast")) shown.push(node.textContent ?? "");
      }
    }
  }).observe(document, { childList: true, subtree: true });
}
