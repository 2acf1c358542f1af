import { expect, test } from "vitest";
import type { TestDesktop } from "../test-desktop.ts";
import { pages, settled } from "./pages.ts";

/** What holds for each page alike. */
export function looksJourney(at: () => TestDesktop): void {
  test("the skip link leads into the content, and a mistyped address to a page with a way back", async () => {
    const desk = at();
    const { page } = desk;
    await desk.open("/services?x=1", "Containers");
    await page.keyboard.press("Tab");
    const link = page.getByRole("link", { name: "Skip to content" });
    expect(await link.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest("main") !== null)).toBe(true);
    expect(page.url()).toBe(`${desk.stack.origin}/services?x=1`);

    const answer = await page.goto(`${desk.stack.origin}/srevices/web`);
    expect(answer?.status()).toBe(404);
    await page.getByText("There is no page at this address").waitFor();
    await page.getByText("/srevices/web").waitFor();
    await page.getByRole("link", { name: "Go to Watch" }).click();
    await page.getByRole("region", { name: "Host" }).waitFor();
  });

  test("a phone shows every page without scrolling sideways", async () => {
    const desk = at();
    const { page } = desk;
    await desk.pm2.start({ name: "shop", source: "setInterval(() => {}, 1000);" });
    await page.setViewportSize({ width: 390, height: 844 });
    const wide: string[] = [];
    for (const [path, heading] of pages) {
      await desk.open(path, heading);
      await settled(page);
      const excess = await page.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll<HTMLElement>("main, header, .page")]
          .filter((element) => element.scrollWidth > element.clientWidth + 1)
          .map((element) => `${element.tagName}.${element.className} ${element.scrollWidth}/${element.clientWidth}`),
      );
      for (const element of excess) wide.push(`${path}: ${element}`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(wide).toEqual([]);
  });

  test("a dialog with long names stays within a phone", async () => {
    const { page, open, engine } = at();
    const { name } = await engine.run({ name: `listed-${"eht2e2a9wvkjhxam3xvxmiw8a.".repeat(3)}end` });
    await page.setViewportSize({ width: 390, height: 844 });
    await open("/logs", "Logs");
    await page.getByRole("button", { name: "Choose logs" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(name).waitFor();
    for (const part of [dialog, dialog.getByRole("button", { name: "Done" })]) {
      const box = await part.boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? Number.POSITIVE_INFINITY)).toBeLessThanOrEqual(390);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test("a container with a long name keeps its buttons in reach, on a phone and beside the list", async () => {
    const { page, open, engine } = at();
    const { name } = await engine.run({ name: `stack_my-container-name.${"eht2e2a9wvkjhxam3xvxmiw8a.".repeat(4)}end` });
    for (const [width, height] of [
      [390, 844],
      [1440, 900],
    ] as const) {
      await page.setViewportSize({ width, height });
      await open(`/services/${name}`, name);
      const title = await page.getByRole("heading", { name }).boundingBox();
      const restart = await page.locator(".detail-actions").getByRole("button").first().boundingBox();
      expect(title?.width).toBeLessThanOrEqual(width);
      expect(restart?.width).toBeGreaterThan(20);
      const isApart = (restart?.y ?? 0) >= (title?.y ?? 0) + (title?.height ?? 0);
      expect(isApart || (title?.x ?? 0) + (title?.width ?? 0) <= (restart?.x ?? 0)).toBe(true);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
    const row = page.getByRole("row", { name });
    const edge = (await page.locator(".services-table").boundingBox()) ?? { x: 0, width: 0 };
    const text = await row.locator(".status").boundingBox();
    expect((text?.x ?? 0) + (text?.width ?? 0)).toBeLessThanOrEqual(edge.x + edge.width);
  });

  test("the buttons of a container that restarts again and again fit on a phone", async () => {
    const { page, open, engine } = at();
    const { name } = await engine.run({ name: "looping", script: "sleep 1; exit 3", restart: "always" });
    await page.setViewportSize({ width: 390, height: 844 });
    await open("/services", "Containers");
    const row = page.getByRole("row", { name });
    await row.getByText("Restarting", { exact: true }).waitFor();
    const remove = await row.getByRole("button").last().boundingBox();
    await page.setViewportSize({ width: 1440, height: 900 });
    expect((remove?.x ?? 0) + (remove?.width ?? Number.POSITIVE_INFINITY)).toBeLessThanOrEqual(390 - 14);
  });

  test("a page without its scripts or styles says so, and one that the server refuses says why", async () => {
    const desk = at();
    const since = desk.problems.length;
    const { page, context } = await desk.visit();
    for (const kind of ["js", "css"]) {
      await page.route(`**/assets/*.${kind}`, (route) => route.abort());
      await page.goto(`${desk.stack.origin}/login`);
      await page.getByText("could not be loaded").waitFor();
      await page.unrouteAll();
    }
    const refusal = { success: false, error: "No such host.", code: "misdirected_request" };
    const headers = { "access-control-allow-origin": desk.stack.origin, "access-control-allow-credentials": "true" };
    await page.route("**/api/session", (route) => route.fulfill({ status: 421, headers, json: refusal }));
    await page.goto(`${desk.stack.origin}/login`);
    const told = page.getByRole("alert");
    await told.getByText("No such host.").waitFor();
    const box = await told.boundingBox();
    // In the middle of the page, which the styles of the first load see to.
    expect(box?.y).toBeGreaterThan(200);
    expect(await page.getByText("could not be loaded").isVisible()).toBe(false);
    await page.unrouteAll();
    await told.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await context.close();
    expect(desk.expected(/ERR_FAILED/, since).length).toBeGreaterThan(0);
  });

  test("uptimes are right where the clock of the visitor's computer is an hour ahead", async () => {
    const desk = at();
    const { name } = await desk.engine.run({ name: "clocked" });
    const page = await desk.page.context().newPage();
    await page.addInitScript(() => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + 3_600_000;
    });
    await desk.open("/services", "Containers", page);
    await page
      .getByRole("row", { name })
      .getByText(/^Up (\d+m ?)?(\d+s)?$/)
      .waitFor();
    await page.close();
  });

  test("script, evaluation, handlers and pictures from elsewhere are blocked by the content policy", async () => {
    const desk = at();
    const since = desk.problems.length;
    const visitor = await desk.visit();
    await desk.open("/login", "Sign in", visitor.page);
    const broken = await visitor.page.evaluate(async () => {
      const directives: string[] = [];
      const reported = new Promise<void>((resolve) => {
        document.addEventListener("securitypolicyviolation", (event) => {
          directives.push(event.effectiveDirective);
          if (new Set(directives).size >= 5) resolve();
        });
        setTimeout(resolve, 5_000);
      });
      const script = document.createElement("script");
      script.textContent = "window.ran = 'script'";
      const picture = document.createElement("img");
      picture.src = "https://stranger.invalid/pixel.png";
      const button = document.createElement("button");
      button.setAttribute("onclick", "window.ran = 'handler'");
      document.body.append(script, picture, button);
      button.click();
      setTimeout("window.ran = 'evaluation'", 0);
      void fetch("https://stranger.invalid/").catch(() => undefined);
      await reported;
      return { directives: [...new Set(directives)].sort(), ran: Reflect.get(window, "ran") ?? null };
    });
    expect(broken.ran).toBeNull();
    expect(broken.directives).toEqual(["connect-src", "img-src", "script-src", "script-src-attr", "script-src-elem"]);
    await visitor.context.close();
    // That they were noted shows that a broken rule elsewhere would have been.
    expect(desk.expected(/Content Security Policy|stranger\.invalid/, since).length).toBeGreaterThanOrEqual(4);
  });
}
