import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import type { TestContainer } from "../../../shared/testing/engine.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import type { TestDesktop } from "../test-desktop.ts";

const counting = (word: string) => `n=0; while true; do n=$((n+1)); echo "${word} $n"; sleep 0.05; done`;

/** Two logs beside each other, one range and one line of time for all that a page shows. */
export function panesJourney(at: () => TestDesktop): void {
  let left: TestContainer;
  let right: TestContainer;
  const log = (page: Page, name: string) => page.getByRole("log", { name: `Log of ${name}` });
  const line = (within: Locator, word: string) => within.getByText(new RegExp(`^${word} \\d+$`)).last();
  const axis = (page: Page) => page.getByRole("slider", { name: /lines over time/ });
  const query = (page: Page) => new URL(page.url()).searchParams;

  test("two logs stand side by side after two actions, and again after a reload", async () => {
    const desk = at();
    const { page, engine } = desk;
    [left, right] = await Promise.all([
      engine.run({ name: "pane-left", script: counting("left") }),
      engine.run({ name: "pane-right", script: counting("right") }),
    ]);
    await desk.open("/services", "Containers");
    // Containers of other tests come and go, and would move the rows.
    await page.getByRole("searchbox", { name: "Filter containers" }).fill("-pane-");
    const box = page.getByRole("checkbox", { name: `Select ${left.name}`, exact: true });
    await page.getByRole("checkbox", { name: `Select ${right.name}`, exact: true }).waitFor();
    await eventually(async () => expect(await page.getByRole("checkbox", { name: /^Select aid-/ }).count()).toBe(2));
    const before = await box.boundingBox();
    await box.check();
    // The bar of the selection covers the end of the list, and moves none of its rows.
    await page.getByRole("toolbar", { name: "Selected containers" }).getByText("1 selected").waitFor();
    expect(await box.boundingBox()).toEqual(before);
    await page.getByRole("link", { name: `Open log of ${right.name} beside` }).click();
    for (let look = 0; look < 2; look++) {
      await line(log(page, left.name), "left").waitFor();
      await line(log(page, right.name), "right").waitFor();
      expect(query(page).getAll("c")).toEqual([left.name, right.name]);
      if (look === 0) await page.reload();
    }
  });

  test("on a phone one of them is shown, with a switcher", async () => {
    const { page } = at();
    await page.setViewportSize({ width: 390, height: 844 });
    await line(log(page, left.name), "left").waitFor();
    await log(page, right.name).waitFor({ state: "hidden" });
    await page.getByLabel("Log to show").selectOption({ label: right.name });
    await line(log(page, right.name), "right").waitFor();
    await log(page, left.name).waitFor({ state: "hidden" });
    await page.setViewportSize({ width: 1440, height: 900 });
    await line(log(page, left.name), "left").waitFor();
  });

  test("live lines leave the number of elements as it is", async () => {
    const { page } = at();
    const elements = () => page.evaluate(() => document.querySelectorAll("*").length);
    const number = async () => Number((await line(log(page, left.name), "left").innerText()).split(" ")[1]);
    const from = await number();
    const before = await elements();
    await eventually(async () => (await number()) > from + 60);
    expect(await elements()).toBeLessThan(before + 150);
  });

  test("a drag selects a period for the page, and Back undoes it", async () => {
    const { page } = at();
    await axis(page).waitFor();
    const box = await axis(page).boundingBox();
    if (!box) throw new Error("The histogram has no place.");
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.7, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, y, { steps: 4 });
    await page.mouse.up();
    await eventually(() => expect(query(page).get("until")).not.toBeNull());
    const [since, until] = [query(page).get("since") ?? "", query(page).get("until") ?? ""];
    expect(Date.parse(since)).toBeLessThan(Date.parse(until));
    await page.reload();
    await page.getByRole("button", { name: "Back to live" }).waitFor();
    expect([query(page).get("since"), query(page).get("until")]).toEqual([since, until]);
    await page.goBack();
    await eventually(() => expect(query(page).get("since")).toBeNull());
    await line(log(page, left.name), "left").waitFor();
  });

  test("the line of time moves by keys, marks the nearest line of each log, and selects a period", async () => {
    const { page } = at();
    await axis(page).focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    await page.locator(".log-cursor").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".log-cursor").waitFor({ state: "detached" });
    // A line under the pointer is shown on the axis and beside it in the other log.
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await eventually(async () => {
      // Lines that were on their way when the log paused move it once more, away from under the pointer.
      await page.mouse.move(5, 5);
      await line(log(page, left.name), "left").hover();
      await page.locator(".log-cursor").waitFor();
      expect(await log(page, right.name).locator(".log-near").count()).toBe(1);
    });
    expect(await log(page, left.name).locator(".log-near").count()).toBe(0);
    await page.mouse.move(5, 5);
    await axis(page).focus();
    await page.keyboard.press("End");
    for (let press = 0; press < 5; press++) await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Back to live" }).click();
    await eventually(() => expect(query(page).get("until")).toBeNull());
    await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
  });

  test("a range that moves keeps its words", async () => {
    const { page, open } = at();
    await open(`/logs?c=${left.name}&since=1h`, "Logs");
    await page.getByRole("button", { name: "Time range: Last hour" }).waitFor();
    await line(page.getByRole("log"), "left").waitFor();
    expect(query(page).get("since")).toBe("1h");
  });

  test("the end of a container is marked on the axis of its log", async () => {
    const { page, open } = at();
    await right.container.kill();
    await eventually(async () => {
      await open(`/services/${right.name}`, "Containers");
      await page.getByRole("button", { name: /Exited with code 137/ }).waitFor({ timeout: 30_000 });
    });
  });

  test("the log of a PM2 process stands beside that of a container, in one order of time", async () => {
    const { page, open, pm2 } = at();
    await pm2.start({ name: "till", source: `let n = 0; setInterval(() => console.log("till", ++n), 100);` });
    await open(`/logs?c=${left.name}`, "Logs");
    await page.getByRole("button", { name: "Choose logs" }).click();
    await page.getByRole("dialog").getByRole("checkbox", { name: "till" }).check();
    await page.getByRole("dialog").getByRole("button", { name: "Merge logs" }).click();
    const merged = page.getByRole("log");
    await line(merged, "till").waitFor();
    await line(merged, "left").waitFor();
    expect([query(page).getAll("c"), query(page).getAll("p")]).toEqual([[left.name], ["till"]]);
    await page.getByRole("note").filter({ hasText: "marked ≤" }).waitFor();
    await page.getByRole("button", { name: "Side by side" }).click();
    await line(log(page, "till (PM2)"), "till").waitFor();
    await line(log(page, left.name), "left").waitFor();
  });
}
