import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { TestContainer } from "../../../shared/testing/engine.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import type { TestDesktop } from "../test-desktop.ts";

/** Somebody at a shell in a container, through a reload and to its end. */
export function shellJourney(at: () => TestDesktop): void {
  let box: TestContainer;
  const screen = (page: Page) => page.getByRole("region", { name: /^Shell 1 in/ });
  const text = (page: Page) => screen(page).locator(".xterm-rows").innerText();
  const type = async (page: Page, line: string) => {
    await screen(page).locator("textarea").focus();
    await page.keyboard.type(`${line}\n`);
  };

  test("a shell is opened in the page, drawn in colours and as wide as there is room", async () => {
    const { page, engine, open } = at();
    box = await engine.run({ name: "den" });
    await open(`/services/${box.name}`, box.name);
    await page.getByRole("tab", { name: "Shell" }).click();
    await page.getByRole("button", { name: "Open shell" }).click();
    await eventually(async () => expect(await text(page)).toContain("# "));
    await page.keyboard.type("echo focus:$((40+2))\n"); // it takes the keys by itself
    await eventually(async () => expect(await text(page)).toContain("focus:42"));
    await type(page, "printf '\\033[31mred\\033[0m'; echo cols:$(stty size | cut -d' ' -f2)");
    await eventually(async () => expect(await text(page)).toMatch(/redcols:\d+/));
    expect(Number(/cols:(\d+)/.exec(await text(page))?.[1])).toBeGreaterThan(60);
    const red = screen(page).locator(".xterm-rows span", { hasText: /^red$/ });
    const [colour, usual] = await Promise.all(
      [red, screen(page).locator(".xterm-rows")].map((at) => at.evaluate((node) => getComputedStyle(node).color)),
    );
    expect(colour).not.toBe(usual);
  });

  test("a reload returns to the same shell, with its output", async () => {
    const { page } = at();
    await type(page, "echo pid:$$; mark=kept");
    await eventually(async () => expect(await text(page)).toMatch(/pid:\d+/));
    const pid = /pid:(\d+)/.exec(await text(page))?.[1];
    await page.reload();
    await eventually(async () => expect(await text(page)).toContain(`pid:${pid}`));
    await type(page, "echo again:$$:$mark");
    await eventually(async () => expect(await text(page)).toContain(`again:${pid}:kept`));
  });

  test("what a program says to the terminal changes neither title nor clipboard, and is no markup", async () => {
    const { page } = at();
    const title = await page.title();
    await type(
      page,
      "printf '\\033]0;evil\\007\\033]52;c;ZXZpbA==\\007\\033]8;;javascript:alert(1)\\007li''nk\\033]8;;\\007'; echo '<img src=x onerror=alert(1)>'",
    );
    await eventually(async () => expect(await text(page)).toContain("link<img src=x"));
    expect(await page.title()).toBe(title);
    expect(await screen(page).locator("a, img, script").count()).toBe(0);
  });

  test("it ends on request, and its own end is shown", async () => {
    const { page, engine } = at();
    await type(page, "exit 3");
    await page.getByText("The shell ended with code 3.").waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
    await page.getByRole("button", { name: "Open shell" }).click();
    await page.getByRole("button", { name: /^End shell/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "End shell" }).click();
    await page.getByText("No shell is open").waitFor();
    await eventually(async () => {
      const { Processes } = await engine.docker.getContainer(box.id).top();
      expect(Processes).toHaveLength(1);
    });
    await page.getByRole("combobox", { name: "Shell", exact: true }).selectOption("zsh");
    await page.getByRole("button", { name: "Open shell" }).click();
    await page.getByText("This image has no such shell").waitFor();
  });
}
