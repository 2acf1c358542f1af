import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { eventually } from "../../../shared/testing/eventually.ts";
import { projectFolder } from "../../../shared/testing/service-process.ts";
import type { TestDesktop } from "../test-desktop.ts";
import { goTo } from "./acts.ts";
import { settled } from "./pages.ts";

const program = join(projectFolder, "node_modules/@modelcontextprotocol/server-everything/dist/index.js");

/** The jobs of the first days without a mouse: each begins with keys of the page, and nothing is clicked. */
export function keyboardJobsJourney(at: () => TestDesktop): void {
  test("rows of Watch are selected with Space and Shift, from what needs attention on, and opened as one log", async () => {
    const { engine, page, open } = at();
    const script = "while true; do echo beat; sleep 1; done";
    const [one, other] = await Promise.all([
      engine.run({ name: "x-one", script }),
      engine.run({ name: "y-other", script }),
    ]);
    await engine.run({ name: "z-failed", script: "echo no port >&2; exit 3" });
    await open("/", "Watch");
    const row = (name: string) => page.locator(".workload-row").filter({ hasText: name });
    await row(other.name).waitFor();
    await page.locator(".concern").filter({ hasText: "z-failed" }).waitFor();
    // Containers of other tests come and go above it.
    const concern = () => page.evaluate(() => document.activeElement?.closest(".concern")?.textContent ?? "");
    await eventually(async () => {
      // What comes or goes above the focus can have it pass by.
      await page.keyboard.press("Home");
      for (let press = 0; press < 20; press++) {
        if ((await concern()).includes("z-failed")) return true;
        await page.keyboard.press("j");
      }
      return false;
    });
    await page.keyboard.press("ArrowRight");
    expect(await focused(page)).toMatch(/^Log /);
    await page.keyboard.press("ArrowLeft");
    await pressUntil(page, "j", async () => (await focused(page)).includes(other.name));
    await page.keyboard.press("Space");
    await pressUntil(page, "Shift+ArrowUp", () => row(one.name).getByRole("checkbox").isChecked());
    const bar = page.getByRole("toolbar", { name: "Selected workloads" });
    await bar.getByText(/^\d+ selected$/).waitFor();
    await tabTo(page, "Merge logs");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Logs" }).waitFor();
    expect(new URL(page.url()).searchParams.getAll("c")).toEqual(expect.arrayContaining([one.name, other.name]));
  });

  test("a service is found among the cards, and installed", async () => {
    const { engine, page, later, catalogueImage } = at();
    const name = `aid-test-${randomBytes(4).toString("hex")}`;
    later(async () => {
      await engine.docker.getContainer(name).remove({ force: true });
      await engine.docker.getVolume(`${name}-data`).remove();
      await engine.docker.getImage(`${catalogueImage}:1`).remove({ force: true });
    });
    await goTo(page, "b", "Catalogue");
    await page.getByRole("link", { name: "Greeter" }).waitFor();
    await page.keyboard.press("j");
    const first = await focused(page);
    await page.keyboard.press("ArrowRight");
    const second = await focused(page);
    expect(second).not.toBe(first);
    const box = () => page.evaluate(() => document.activeElement?.closest("li")?.getBoundingClientRect().toJSON());
    const before = await box();
    await page.keyboard.press("ArrowDown");
    const below = await box();
    expect([below.left, below.top > before.top]).toEqual([before.left, true]);
    await page.keyboard.press("ArrowUp");
    expect(await focused(page)).toBe(second);
    await page.keyboard.press("/");
    await page.keyboard.type("greet");
    await tabTo(page, "Greeter");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Greeter" }).waitFor();
    await tabTo(page, "Name");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(name);
    await tabTo(page, "Install Greeter");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Show the credentials" }).waitFor();
  });

  test("a stack is created: the editor lets the Tab key out after Escape", async () => {
    const { page, stack } = at();
    const name = `keys-${randomBytes(3).toString("hex")}`;
    await goTo(page, "s", "Stacks");
    await tabTo(page, "New stack");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Compose file" }).waitFor();
    await eventually(async () => (await focused(page)) === "Name");
    await page.keyboard.type(name);
    await page.keyboard.press("Tab");
    await page.keyboard.press("ControlOrMeta+a");
    // Text put over a selection by the browser would bring styles along, which the content policy blocks.
    await page.keyboard.press("Delete");
    await page.keyboard.type("services:\n");
    await page.keyboard.press("Tab");
    await page.keyboard.type("till: {image: 'busybox:local'}");
    // The first Escape may close a list of completions. A second one soon after another would be for the dialog.
    await eventually(async () => {
      await page.keyboard.press("Escape");
      await page.keyboard.press("Tab");
      return (await focused(page)).startsWith("Variables");
    });
    await tabTo(page, "Create stack");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name }).waitFor();
    expect(await readFile(join(stack.dataDir, "stacks", name, "compose.yaml"), "utf8")).toContain("till:");
  });

  test("a tool of an MCP server is called", async () => {
    const { admin, page } = at();
    const transport = { type: "stdio", command: process.execPath, args: [program, "stdio"] };
    const made = await admin().ask<{ server: { id: string } }>("POST", "/api/mcp", { name: "by-keys", transport });
    await admin().ask("POST", `/api/mcp/${made.server.id}/start`);
    await goTo(page, "m", "MCP servers");
    await page.getByText("by-keys").first().waitFor();
    await pressUntil(page, "j", async () => (await focused(page)).includes("by-keys"));
    await page.keyboard.press("Enter");
    const tools = page.getByRole("complementary", { name: "Tools" });
    await tools.getByRole("button", { name: /echo/i }).first().waitFor();
    await tabTo(page, /^echo/i);
    await page.keyboard.press("Enter");
    await tabTo(page, /^message/i);
    await page.keyboard.type("hello by keys");
    await tabTo(page, "Call tool");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Recent calls" }).getByText("Echo: hello by keys").waitFor();
  });

  test("a webhook is added as a channel", async () => {
    const { page } = at();
    await goTo(page, "a", "Alerts");
    await tabTo(page, /^Now/);
    await pressUntil(page, "ArrowRight", async () => /^Channels/.test(await focused(page)));
    await tabTo(page, "Add channel");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await tabTo(page, "Name");
    await page.keyboard.type("By keys");
    await tabTo(page, /^Address/);
    await page.keyboard.type("http://127.0.0.1:9/hook");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Use for all rules" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByText("By keys").first().waitFor();
  });

  test("a file is uploaded", async () => {
    const { page, stack } = at();
    await goTo(page, "f", "Files");
    await settled(page);
    const opened = page.waitForEvent("filechooser");
    let isOpen = false;
    opened.then(
      () => {
        isOpen = true;
      },
      () => {},
    );
    // The list that comes just then can take the focus.
    await eventually(async () => {
      if (isOpen) return true;
      await tabTo(page, "Upload");
      await page.keyboard.press("Enter");
      return isOpen;
    }, 1_000);
    const chooser = await opened;
    await chooser.setFiles({ name: "by-keys.txt", mimeType: "text/plain", buffer: Buffer.from("typed") });
    await eventually(() => existsSync(join(stack.fileRoot, "by-keys.txt")));
    await tabTo(page, "Clear");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Uploads" }).waitFor({ state: "detached" });
  });
}

/** Name of what has the focus: its label, or its text. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement as (HTMLElement & { labels?: NodeListOf<HTMLLabelElement> }) | null;
    return (element?.ariaLabel ?? element?.labels?.[0]?.innerText ?? element?.innerText ?? "").trim();
  });

/** Presses Tab until the focus is on what has this name. */
const tabTo = (page: Page, name: string | RegExp) =>
  pressUntil(page, "Tab", async () => {
    const now = await focused(page);
    return typeof name === "string" ? now === name : name.test(now);
  });

const pressUntil = (page: Page, key: string, isThere: () => Promise<boolean>) =>
  eventually(async () => {
    await page.keyboard.press(key);
    return await isThere();
  });
