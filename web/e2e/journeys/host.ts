import { expect, test } from "vitest";
import { eventually } from "../../../shared/testing/eventually.ts";
import type { TestDesktop } from "../test-desktop.ts";
import { isDrawn } from "./services.ts";

/** The host's own figures. */
export function hostJourney(at: () => TestDesktop): void {
  test("numbers are written as in the browser's language, and charts are drawn where Intl refuses its name", async () => {
    const { open, page: own, visit } = at();
    const { page, context } = await visit({ locale: "de-DE" });
    await context.addCookies(await own.context().cookies());
    await page.addInitScript(() => {
      Object.defineProperty(navigator, "language", { get: () => "de-DE@posix", configurable: true });
      Object.defineProperty(navigator, "languages", { get: () => ["de-DE@posix"], configurable: true });
    });
    await open("/system", "System", page);
    await page.locator("canvas").first().waitFor();
    await page
      .getByText(/^\d+,\d\s%$/)
      .first()
      .waitFor();
    await context.close();
  });

  test("the figures change by themselves and the charts are drawn", async () => {
    const desk = at();
    const { page } = desk;
    await desk.open("/system", "System");
    const cpu = page.getByRole("figure", { name: /^CPU usage/ });
    await cpu.waitFor();
    // A host that is all idle, or all busy, shows the same percentage for long: one figure or another moves.
    const figures = new Set<string>();
    const charts = new Set<string>();
    await eventually(async () => {
      figures.add(await page.getByRole("main").innerText());
      charts.add(await cpu.locator("canvas").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL()));
      return figures.size >= 3 && charts.size >= 3;
    });
    for (const name of [/^CPU usage/, /^Memory usage/, /^Network traffic/]) {
      await eventually(() => isDrawn(page.getByRole("figure", { name })));
    }
    await page.getByText("docker").or(page.getByText("Docker")).first().waitFor();
    const usage = await cpu.locator(".chart-key b").first().innerText();
    expect(Number.parseFloat(usage)).toBeLessThanOrEqual(100);
  });

  test("lists that do not come hold up neither the frame nor the live figures", async () => {
    const desk = at();
    const { page } = desk;
    await page.route(/\/api\/(services|deployments|mcp|system)$/, () => {});
    try {
      await page.reload();
      await desk.open("/", "Watch");
      await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "System" }).waitFor();
      const host = page.getByRole("region", { name: "Host" });
      await host
        .getByText(/\d+(\.\d+)? ?%/)
        .first()
        .waitFor();
    } finally {
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await page.reload();
    }
  });

  test("watch shows the host, what runs and what happened, and the palette leads anywhere", async () => {
    const desk = at();
    const { page } = desk;
    await desk.open("/", "Watch");
    for (const name of ["Needs attention", "Workloads", "Last events"]) {
      await page.getByRole("main").getByRole("heading", { name }).waitFor();
    }
    await page.getByRole("region", { name: "Host" }).getByText("Memory").waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").getByRole("combobox").fill("audit");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Audit trail" }).waitFor();
    await page.getByText("ada").first().waitFor();
  });
}
