import type { Locator, Page } from "playwright-core";
import { eventually } from "../../../shared/testing/eventually.ts";

/**
 * Clicks until what the click does shows: an action that a busy Engine or PM2 does not answer in time is refused. A button
 * is off or gone while its action runs and after it.
 */
export const clickUntil = (button: Locator, isDone: () => Promise<boolean>): Promise<unknown> =>
  eventually(async () => {
    if (await isDone()) return true;
    const isOn = (await button.and(button.page().locator(":enabled")).count()) > 0;
    if (isOn) await button.click({ timeout: 10_000 });
    return false;
  });

/** Goes to a page by `g` and its letter: again, if more time than the page allows passed between the two. */
export const goTo = (page: Page, letter: string, heading: string): Promise<unknown> =>
  eventually(async () => {
    await page.keyboard.press("g");
    await page.keyboard.press(letter);
    await page.getByRole("heading", { name: heading, exact: true }).first().waitFor({ timeout: 10_000 });
  });
