import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { TestContainer } from "../../../shared/testing/engine.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import type { TestDesktop } from "../test-desktop.ts";
import { toastShown } from "../toasts.ts";
import { goTo } from "./acts.ts";

const beat = "i=0; while true; do i=$((i+1)); echo beat $i; sleep 1; done";

/** What a person does all day, without a mouse: lists, palette, keys of the page and of the log. */
export function keyboardJourney(at: () => TestDesktop): void {
  let web: TestContainer;
  let db: TestContainer;
  let worker: TestContainer;

  test("the list of containers is one stop of the Tab key; arrows, j and k, Home and End go from row to row", async () => {
    const { engine, page, open } = at();
    [db, web, worker] = (await Promise.all(
      ["a-db", "b-web", "c-worker"].map((name) => engine.run({ name, script: beat })),
    )) as [TestContainer, TestContainer, TestContainer];
    await open("/services", "Containers");
    await rowOf(page, worker.name).waitFor();
    // Another journey may have containers on the same Engine.
    await page.getByRole("searchbox").fill(worker.name.replace(/-c-worker.*$/, ""));
    await page.getByLabel("Select all").focus();
    // Past the headings: their number is that of the sorted columns.
    await tabTo(page, "tr");
    const first = await focusedRow(page);
    await page.keyboard.press("Tab");
    expect(await focusedRow(page)).toBe("");
    await page.keyboard.press("Shift+Tab");
    expect(await focusedRow(page)).toBe(first);
    await page.keyboard.press("Home");
    const top = await focusedRow(page);
    await page.keyboard.press("ArrowDown");
    const second = await focusedRow(page);
    expect(second).not.toBe(top);
    await page.keyboard.press("k");
    expect(await focusedRow(page)).toBe(top);
    await page.keyboard.press("j");
    expect(await focusedRow(page)).toBe(second);
    await page.keyboard.press("End");
    expect(await focusedRow(page)).toContain(worker.name);
  });

  test("Space selects, Shift extends, the right arrow reaches the buttons of a row, and the point opens them as a menu", async () => {
    const { page } = at();
    const bar = page.getByRole("toolbar", { name: /selected/i }).or(page.locator(".bulk-bar"));
    await page.keyboard.press("Space");
    await bar.getByText("1 selected").waitFor();
    await page.keyboard.press("Shift+ArrowUp");
    await bar.getByText("2 selected").waitFor();
    await page.keyboard.press("Shift+ArrowDown");
    await bar.getByText("1 selected").waitFor();
    await page.keyboard.press("Space");
    await bar.waitFor({ state: "detached" });
    await pressUntil(page, "ArrowRight", async () => (await focusedName(page)) === `Restart ${worker.name}`);
    await pressUntil(page, "ArrowLeft", async () => (await focusedRow(page)).includes(worker.name));
    await page.keyboard.press(".");
    const menu = page.getByRole("menu");
    await menu.getByRole("menuitem", { name: `Stop ${worker.name}` }).waitFor();
    await page.keyboard.press("Escape");
    await menu.waitFor({ state: "detached" });
    await eventually(async () => (await focusedRow(page)).includes(worker.name));
  });

  test("the focus returns to the row from the palette, the list of keys, and a dialog that either menu opened", async () => {
    const { page } = at();
    const closed = async (dialog: RegExp) => {
      await page.getByRole("dialog", { name: dialog }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await eventually(async () => (await focusedRow(page)).includes(worker.name));
    };
    await page.keyboard.press("Control+k");
    await closed(/palette/);
    await page.keyboard.press("?");
    await closed(/shortcuts/);
    await page.keyboard.press(".");
    await page.getByRole("menuitem", { name: /^Remove/ }).press("Enter");
    await closed(/Remove/);
    await inPalette(page, `remove ${worker.name}`, `Remove ${worker.name}`);
    await closed(/Remove/);
  });

  test("Enter opens a row, Escape closes it, and the focus is back on the row", async () => {
    const { page } = at();
    await page.keyboard.press("Enter");
    await page
      .getByRole("log")
      .getByText(/^beat \d+$/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Close", exact: true }).focus();
    await page.keyboard.press("Escape");
    await page.getByRole("log").waitFor({ state: "detached" });
    await eventually(async () => (await focusedRow(page)).includes(worker.name));
  });

  test("a tooltip names a button and its key on focus, and Escape closes it", async () => {
    const { page, open } = at();
    await open(`/logs?c=${web.name}`, "Logs");
    await page
      .getByRole("log")
      .getByText(/^beat \d+$/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Regular expression (RE2)" }).focus();
    await tabToName(page, "Pause");
    const tip = page.locator("[role=tooltip]");
    await tip.getByText("Pause").waitFor();
    expect(await tip.locator("kbd").innerText()).toBe("f");
    const box = await tip.boundingBox();
    expect(box && box.x >= 0 && box.x + box.width <= (page.viewportSize()?.width ?? 0)).toBe(true);
    await page.keyboard.press("Escape");
    await tip.waitFor({ state: "detached" });
  });

  test("a key of the log works from anywhere on its page, but not in its search field or with Alt", async () => {
    const { page } = at();
    await page.keyboard.press("Alt+w");
    const wrap = page.getByRole("button", { name: "Wrap lines" });
    expect(await wrap.getAttribute("aria-pressed")).toBe("false");
    await page.keyboard.press("/");
    await page.keyboard.type("w");
    expect(await wrap.getAttribute("aria-pressed")).toBe("false");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.keyboard.press("w");
    await page.locator('button[aria-label="Wrap lines"][aria-pressed=true]').waitFor();
    await page.keyboard.press("w");
    await page.keyboard.press("f");
    await page.getByRole("button", { name: "Follow", exact: true }).waitFor();
    await page.keyboard.press("f");
    await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
  });

  test("? shows the keys of the page; single characters can be switched off, and the palette still opens", async () => {
    const { page } = at();
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await sheet.getByText("Pause or follow").waitFor();
    const letters = sheet.getByLabel("Single-character shortcuts");
    await letters.focus();
    await page.keyboard.press("Space");
    expect(await letters.isChecked()).toBe(false);
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
    await page.keyboard.press("f");
    await page.keyboard.press("?");
    await page.keyboard.press("Control+k");
    const palette = page.getByRole("dialog", { name: "Command palette" });
    await palette.getByRole("combobox").fill("keyboard");
    await page.keyboard.press("Enter");
    await letters.focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
  });

  test("g and a letter lead to a page, and / to its search", async () => {
    const { page } = at();
    await goTo(page, "v", "Volumes");
    await goTo(page, "c", "Containers");
    await rowOf(page, web.name).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("b-web");
    await rowOf(page, worker.name).waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await rowOf(page, worker.name).waitFor();
  });

  test("the palette restarts a container, opens two logs at once, and asks before a removal", async () => {
    const { page } = at();
    const before = (await web.container.inspect()).State.StartedAt;
    await inPalette(page, `restart ${web.name}`, `Restart ${web.name}`);
    await eventually(async () => (await web.container.inspect()).State.StartedAt !== before);
    await inPalette(page, `log ${web.name} ${db.name}`, `Log ${web.name} + ${db.name}`);
    await page.getByRole("heading", { name: "Logs" }).waitFor();
    await page.getByRole("log").locator(`.log-origin[title="${db.name}"]`).first().waitFor();
    expect(new URL(page.url()).searchParams.getAll("c")).toEqual([web.name, db.name]);
    await inPalette(page, `shell ${web.name}`, `Shell ${web.name}`);
    // Enter would open it.
    await page.locator(".shell-form [type=submit]:focus").waitFor();
    await inPalette(page, `remove ${worker.name}`, `Remove ${worker.name}`);
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /Remove/ }).waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect((await worker.container.inspect()).State.Running).toBe(true);
    await page.keyboard.press("Control+k");
    // Used last, so it comes first.
    await page.getByRole("option").first().getByText(`Remove ${worker.name}`).waitFor();
    await page.keyboard.press("Escape");
  });

  test("what is typed while the palette is still fetched is its text, and no key of the page", async () => {
    const { page, open } = at();
    const { promise: typed, resolve } = Promise.withResolvers<void>();
    await page.route("**/assets/Palette-*.js", async (route) => {
      await typed;
      await route.continue();
    });
    await open("/images", "Images");
    await page.keyboard.press("Control+k");
    for (const key of ["g", "v", "Backspace", "Backspace", "Enter"]) await page.keyboard.press(key);
    await page.keyboard.type("audit");
    resolve();
    await page.getByRole("option").first().getByText("Audit").waitFor();
    expect(await page.getByRole("combobox").inputValue()).toBe("audit");
    expect(new URL(page.url()).pathname).toBe("/images");
    await page.keyboard.type(" trail");
    expect(await page.getByRole("combobox").inputValue()).toBe("audit trail");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.unroute("**/assets/Palette-*.js");
  });

  test("Enter that confirms a candidate of an input method runs nothing", async () => {
    const { page } = at();
    await page.keyboard.press("Control+k");
    const field = page.getByRole("dialog").getByRole("combobox");
    await field.fill("audit");
    await page.getByRole("option", { name: /Audit/ }).first().waitFor();
    await field.dispatchEvent("keydown", { key: "Enter", isComposing: true, bubbles: true });
    await field.dispatchEvent("keydown", { key: "ArrowDown", keyCode: 229, bubbles: true });
    expect(await page.getByRole("option").first().getAttribute("aria-selected")).toBe("true");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /Audit/ }).waitFor();
    // On a Russian keyboard the key of K types another letter; on a Polish one AltGr and L type a letter of their own.
    await page.locator("body").dispatchEvent("keydown", { key: "ł", code: "KeyL", ctrlKey: true, altKey: true });
    await page.locator("body").dispatchEvent("keydown", { key: "л", code: "KeyK", ctrlKey: true });
    await field.waitFor();
    await page.keyboard.press("Escape");
    await field.waitFor({ state: "detached" });
  });

  test("markup in a name is text, and a file that was opened is found again", async () => {
    const { page, stack, open } = at();
    const name = "<img src=x onerror=alert(1)>.txt";
    await writeFile(join(stack.fileRoot, name), "plain");
    await open("/files", "Files");
    await page.getByRole("button", { name: "<img" }).first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.locator(".cm-content").getByText("plain").waitFor();
    await goTo(page, "h", "System");
    await inPalette(page, "img onerror", name);
    await page.getByRole("heading", { name: "Files" }).waitFor();
  });

  test("a dialog opened by the palette takes what is typed at once, and is sent by Enter", async () => {
    const { page } = at();
    await inPalette(page, "create volume", "Create volume");
    const dialog = page.getByRole("dialog");
    await page.locator("[role=dialog] input:focus").waitFor();
    await page.keyboard.type("made-by-keys", { delay: 20 });
    expect(await dialog.getByRole("textbox").first().inputValue()).toBe("made-by-keys");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "made-by-keys" }).waitFor();
    await inPalette(page, "remove made-by-keys", "Remove made-by-keys");
    await dialog.getByRole("textbox").fill("made-by-keys");
    await page.keyboard.press("Enter");
    await toastShown(page, "made-by-keys has been removed");
  });
}

const rowOf = (page: Page, name: string) => page.getByRole("row").filter({ hasText: name });

const focusedRow = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const focused = document.activeElement;
    if (!focused?.matches("tr")) return "";
    // Without what counts: a row also says since when it runs.
    return (focused.querySelector("a, [role=rowheader], th")?.textContent ?? focused.textContent ?? "").replace(
      /Up .*/,
      "",
    );
  });

const focusedName = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");

async function tabTo(page: Page, selector: string): Promise<void> {
  await eventually(async () => {
    await page.keyboard.press("Tab");
    return await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector);
  });
}

const tabToName = (page: Page, name: string) => tabTo(page, `[aria-label="${name}"]`);

const pressUntil = (page: Page, key: string, isThere: () => Promise<boolean>) =>
  eventually(async () => {
    await page.keyboard.press(key);
    return await isThere();
  });

/** Types into the palette, and runs its first line, which must be the one meant. */
async function inPalette(page: Page, text: string, line: string): Promise<void> {
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Command palette" });
  await palette.getByRole("combobox").fill(text);
  await palette.getByRole("option").first().getByText(line, { exact: true }).waitFor();
  await page.keyboard.press("Enter");
  await palette.waitFor({ state: "detached" });
}
