import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import type { TestDesktop } from "../test-desktop.ts";
import { pages, settled } from "./pages.ts";

/** What axe finds on each page. */
export function accessibilityJourney(at: () => TestDesktop): void {
  const faultsOf = async (page: Page): Promise<string[]> => {
    const faults: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
      // The second time, only colours can differ.
      const { violations } = await (colorScheme === "light" ? axe : axe.withRules(["color-contrast"])).analyze();
      for (const { id, nodes } of violations) {
        for (const { html } of nodes.slice(0, 3)) faults.push(`${colorScheme}: ${id}: ${html}`);
      }
    }
    await page.emulateMedia({ colorScheme: null, reducedMotion: null });
    return faults;
  };
  let box = "";
  beforeAll(async () => {
    const { engine, pm2 } = at();
    const script = "echo INFO ready; echo ERROR late >&2; exec sleep 1000000";
    box = (await engine.run({ name: "looked-at", script })).name;
    await pm2.start({ name: "shop", source: "setInterval(() => {}, 1000);" });
  });

  test.each(pages)("axe finds nothing on %s, in either theme", async (path, heading) => {
    const { open, page } = at();
    await open(path, heading);
    await settled(page);
    expect(await faultsOf(page)).toEqual([]);
  });

  test("axe finds nothing on a container, in either theme", async () => {
    const { open, page } = at();
    await open(`/services/${box}`, box);
    await settled(page);
    expect(await faultsOf(page)).toEqual([]);
    for (const tab of ["Stats", "Details"]) {
      await page.getByRole("tab", { name: tab }).click();
      await settled(page);
      expect(await faultsOf(page), tab).toEqual([]);
    }
  });

  test("axe finds nothing in a dialog and at the log-in, in either theme", async () => {
    const { open, page, visit } = at();
    await open("/users", "Users");
    await page.getByRole("button", { name: "Add user" }).click();
    await page.getByLabel("Limit to containers").check();
    await page.getByRole("option", { name: box }).click();
    expect(await faultsOf(page)).toEqual([]);
    const stranger = await visit();
    await open("/login", "Sign in", stranger.page);
    expect(await faultsOf(stranger.page)).toEqual([]);
    await stranger.context.close();
  });
}
