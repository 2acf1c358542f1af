import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import type { TestContainer } from "../../../shared/testing/engine.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { downloaded, type TestDesktop } from "../test-desktop.ts";
import { clickUntil } from "./acts.ts";

/** Counts, two lines a second, one of them an error now and then. */
const counter = `n=0; while true; do n=$((n+1)); echo "order $n packed"; [ $((n % 5)) = 0 ] && echo "order $n late" >&2; sleep 0.2; done`;

/** A container from its start to its removal, as seen and done in the page. */
export function servicesJourney(at: () => TestDesktop): void {
  let box: TestContainer;
  let description: Awaited<ReturnType<TestContainer["container"]["inspect"]>>;

  test("a container that is started appears by itself", async () => {
    const desk = at();
    await desk.open("/services", "Containers");
    await desk.page.getByRole("grid", { name: "Containers" }).or(desk.page.getByText("No containers yet")).waitFor();
    box = await desk.engine.run({ name: "orders", script: counter });
    await rowOf(desk.page, box).getByText("Running").waitFor();
  });

  test("the list is sorted by what they use, highest first, after a reload too", async () => {
    const { page } = at();
    await page.getByRole("columnheader", { name: "Memory" }).getByRole("button").click();
    await page.reload();
    await rowOf(page, box).waitFor();
    expect(await page.getByRole("columnheader", { name: "Memory" }).getAttribute("aria-sort")).toBe("descending");
    await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
  });

  test("its log is followed live, every line once and in order", async () => {
    const { page } = at();
    await rowOf(page, box).click();
    const log = page.getByRole("log");
    await log
      .getByText(/^order \d+ packed$/)
      .first()
      .waitFor();
    const before = await lastNumber(log);
    await eventually(async () => (await lastNumber(log)) >= before + 5);
    await page.getByRole("button", { name: "More tools" }).click();
    const kept = await downloaded(page, () => page.getByRole("button", { name: /^Download/ }).click());
    const numbers = [...kept.matchAll(/order (\d+) packed/g)].map(([, number]) => Number(number));
    expect(numbers.length).toBeGreaterThan(5);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  test("scrolling up stops the following, until the reader wants it again", async () => {
    const { page } = at();
    const log = page.getByRole("log");
    await eventually(async () => await log.evaluate((element) => element.scrollHeight > element.clientHeight + 100));
    await log.hover();
    await page.mouse.wheel(0, -2_000);
    const jump = page.getByRole("button", { name: /new lines? · Jump to live/ });
    await jump.waitFor();
    const place = await log.evaluate((element) => element.scrollTop);
    const first = await log
      .getByText(/^order \d+ packed$/)
      .first()
      .innerText();
    await page.getByRole("button", { name: /^([5-9]|\d\d+) new lines · Jump to live$/ }).waitFor();
    expect(await log.evaluate((element) => element.scrollTop)).toBe(place);
    expect(
      await log
        .getByText(/^order \d+ packed$/)
        .first()
        .innerText(),
    ).toBe(first);
    await jump.click();
    await jump.waitFor({ state: "detached" });
    const before = await lastNumber(log);
    await eventually(async () => (await lastNumber(log)) > before);
  });

  test("a search counts and shows its matches; the level filter shows errors only", async () => {
    const { page } = at();
    const log = page.getByRole("log");
    await page.getByRole("searchbox", { name: "Search the log" }).fill("order 7 packed");
    await page.getByText("1 of 1").waitFor();
    await log.locator("mark").getByText("order 7 packed").waitFor();
    await page.getByRole("searchbox", { name: "Search the log" }).fill("");
    await page.getByRole("button", { name: "More tools" }).click();
    await page.getByLabel("Stream", { exact: true }).selectOption({ label: "stderr" });
    await log.getByText("order 5 late").waitFor();
    expect(await log.getByText(/packed/).count()).toBe(0);
    await page.getByLabel("Stream", { exact: true }).selectOption({ label: "All output" });
  });

  test("its metrics are drawn as they arrive, and its settings are shown without secret values", async () => {
    const { page } = at();
    await page.getByRole("tab", { name: "Stats" }).click();
    const memory = page.getByRole("figure", { name: "Memory" });
    await memory
      .getByText(/\d+(\.\d+)? [KM]i?B/)
      .first()
      .waitFor();
    await eventually(() => isDrawn(memory));
    await page.getByRole("tab", { name: "Details" }).click();
    await page.getByText("busybox:local").first().waitFor();
    await page.getByRole("tab", { name: "Logs" }).click();
  });

  test("stop, start and restart show what becomes of it, and the log continues across them", async () => {
    const { page, engine } = at();
    const head = page.locator(".detail-head");
    const start = head.getByRole("button", { name: `Start ${box.name}`, exact: true });
    const stop = head.getByRole("button", { name: `Stop ${box.name}`, exact: true });
    await clickUntil(stop, () => start.isVisible());
    expect((await box.container.inspect()).State.Running).toBe(false);
    await clickUntil(start, () => stop.isVisible());
    expect((await box.container.inspect()).State.Running).toBe(true);
    // Each run begins with this line.
    const search = page.getByRole("searchbox", { name: "Search the log" });
    await search.fill("order 1 packed");
    await page.getByText(/^\d of 2$/).waitFor();
    // Somebody else, at a terminal:
    await engine.docker.getContainer(box.id).stop({ t: 0 });
    await start.waitFor();
    await clickUntil(start, () => stop.isVisible());
    await page.getByText(/^\d of 3$/).waitFor();
    await search.fill("");
    await page.getByRole("button", { name: "More tools" }).click();
    const kept = await downloaded(page, () => page.getByRole("button", { name: /^Download/ }).click());
    const numbers = [...kept.matchAll(/order (\d+) packed/g)].map(([, number]) => Number(number));
    expect(numbers.every((number, index) => number === 1 || number === (numbers[index - 1] ?? 0) + 1)).toBe(true);
    expect(numbers.filter((number) => number === 1)).toHaveLength(3);
  });

  test("removal asks first, and then the container is gone", async () => {
    const { page } = at();
    description = await box.container.inspect();
    const remove = page.locator(".detail-head").getByRole("button", { name: `Remove ${box.name}`, exact: true });
    await remove.click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    expect((await box.container.inspect()).Id).toBe(box.id);
    await remove.click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove container" }).click();
    await page.getByText("No such container").waitFor();
    await expect(box.container.inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test("the log of one that is gone stays, and continues with the next of its name", async () => {
    const { page, engine } = at();
    const log = page.getByRole("log");
    const line = log.getByText(/^order \d+ packed$/).first();
    await line.waitFor();
    expect(await page.getByRole("tab").allInnerTexts()).toEqual(["Logs", "Activity"]);
    await page.reload();
    await line.waitFor();
    await page.getByText("No such container").waitFor();
    const { Config, HostConfig } = description;
    const Cmd = ["/bin/sh", "-c", "echo back again; exec sleep 1000000"];
    const { Image, Labels } = Config;
    const next = await engine.docker.createContainer({ name: box.name, Image, Labels, Cmd, HostConfig });
    await next.start();
    await log.getByText("back again").waitFor();
    await page.getByRole("tab", { name: "Stats" }).waitFor();
    await line.waitFor();
    await next.remove({ force: true });
    await page.getByRole("button", { name: "Show all containers" }).click();
    expect(await rowOf(page, box).count()).toBe(0);
  });
}

export const rowOf = (page: Page, { name }: Pick<TestContainer, "name">): Locator =>
  page.getByRole("row").filter({ hasText: name });

const lastNumber = async (log: Locator): Promise<number> =>
  Number(
    /\d+/.exec(
      await log
        .getByText(/^order \d+ packed$/)
        .last()
        .innerText(),
    )?.[0],
  );

/** Whether a chart shows a line: something of its canvas is not transparent below its axes. */
export const isDrawn = (chart: Locator): Promise<boolean> =>
  chart.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
    const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const colours = new Set<string>();
    for (let at = 0; at < pixels.length; at += 4) {
      if ((pixels[at + 3] ?? 0) > 60) colours.add(`${pixels[at]},${pixels[at + 1]},${pixels[at + 2]}`);
    }
    // The axes' words and lines are grey: a series is not.
    return [...colours].some((colour) => {
      const [red = 0, green = 0, blue = 0] = colour.split(",").map(Number);
      return Math.max(red, green, blue) - Math.min(red, green, blue) > 60;
    });
  });
