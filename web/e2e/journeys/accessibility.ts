import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { TestDesktop } from "../test-desktop.ts";
import { pages, settled } from "./pages.ts";

/** What axe finds on each page. */
export function accessibilityJourney(at: () => TestDesktop): void {
  test("no page has a fault that axe knows, in either theme", async () => {
    const desk = at();
    const faults: string[] = [];
    const check = async (page: Page, name: string) => {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
        // The second time, only colours can differ.
        const { violations } = await (colorScheme === "light" ? axe : axe.withRules(["color-contrast"])).analyze();
        for (const { id, nodes } of violations) {
          for (const { html } of nodes.slice(0, 3)) faults.push(`${name} (${colorScheme}): ${id}: ${html}`);
        }
      }
    };
    const box = await desk.engine.run({
      name: "looked-at",
      script: "echo INFO ready; echo ERROR late >&2; exec sleep 1000000",
    });
    await desk.pm2.start({ name: "shop", source: "setInterval(() => {}, 1000);" });
    for (const [path, heading] of [...pages, [`/services/${box.name}`, box.name] as const]) {
      await desk.open(path, heading);
      await settled(desk.page);
      await check(desk.page, path);
    }
    for (const tab of ["Stats", "Details"]) {
      await desk.page.getByRole("tab", { name: tab }).click();
      await settled(desk.page);
      await check(desk.page, tab);
    }
    await desk.open("/users", "Users");
    await desk.page.getByRole("button", { name: "Add user" }).click();
    await desk.page.getByLabel("Limit to containers").check();
    await desk.page.getByRole("option", { name: box.name }).click();
    await check(desk.page, "a dialog");
    const stranger = await desk.visit();
    await desk.open("/login", "Sign in", stranger.page);
    await check(stranger.page, "log-in");
    await stranger.context.close();
    await desk.page.emulateMedia({ colorScheme: null, reducedMotion: null });
    expect(faults).toEqual([]);
  });
}
