import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { eventually } from "../../../shared/testing/eventually.ts";
import { downloaded, type TestDesktop } from "../test-desktop.ts";
import { toastShown } from "../toasts.ts";

/** Files of a real disk, changed from both sides. */
export function filesJourney(at: () => TestDesktop): void {
  const path = (name: string) => join(at().stack.fileRoot, name);
  const onDisk = (name: string) => readFile(path(name), "utf8");
  const entry = (page: Page, name: string) =>
    page.getByRole("region", { name: "Folder" }).getByRole("button", { name, exact: true });
  const editor = (page: Page) => page.getByRole("textbox", { name: /^Text of/ });
  /** The bytes are on the disk a moment before the save has ended: what writes to the file in between is mixed with it. */
  const saved = (page: Page) => page.getByRole("img", { name: "Not saved" }).waitFor({ state: "detached" });

  test("a file appears and goes as it does on the disk", async () => {
    const desk = at();
    await desk.open("/files", "Files");
    await writeFile(path("notes.md"), "# Notes\n");
    await entry(desk.page, "notes.md").waitFor();
    await writeFile(path("passing.txt"), "");
    await entry(desk.page, "passing.txt").waitFor();
    await rm(path("passing.txt"));
    await entry(desk.page, "passing.txt").waitFor({ state: "detached" });
  });

  test("a file is opened, edited and saved", async () => {
    const { page } = at();
    await entry(page, "notes.md").click();
    await editor(page).getByText("# Notes").waitFor();
    await editor(page).click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("written in the browser");
    await page.getByRole("button", { name: "Save" }).click();
    await saved(page);
    expect(await onDisk("notes.md")).toBe("# Notes\nwritten in the browser");
  });

  test("a change on the disk shows at once; one against unsaved text asks, and nothing is lost unasked", async () => {
    const { page } = at();
    await writeFile(path("notes.md"), "changed on the disk\n");
    await editor(page).getByText("changed on the disk").waitFor();
    await editor(page).click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("mine");
    await writeFile(path("notes.md"), "theirs\n");
    await page.getByText("This file changed on the disk since you started typing.").waitFor();
    await editor(page).getByText("mine").waitFor();
    expect(await onDisk("notes.md")).toBe("theirs\n");
    await page.getByRole("button", { name: "Overwrite" }).click();
    await saved(page);
    expect(await onDisk("notes.md")).toBe("changed on the disk\nmine");
  });

  test("a picture is shown with its size, and an SVG runs nothing and loads nothing", async () => {
    const { page } = at();
    const dot = "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAYAAACddGYaAAAAEUlEQVR4nGP4z8DwH4YZkDkAm34L9XKwuTwAAAAASUVORK5CYII=";
    await writeFile(path("dot.png"), Buffer.from(dot, "base64"));
    await writeFile(path("page.png"), "<script>alert(1)</script>");
    await writeFile(
      path("hostile.svg"),
      `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" onload="fetch('/svg-ran')">
        <script>fetch("/svg-ran"); parent.document.title = "taken"</script>
        <image href="/svg-loaded.png" width="9" height="9"/>
        <foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" src="/svg-loaded"/></foreignObject>
      </svg>`,
    );
    const entities = Array.from({ length: 9 }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(10)}">`).join("");
    const bomb = `<!DOCTYPE svg [<!ENTITY e0 "ha">${entities}]><svg xmlns="http://www.w3.org/2000/svg"><text>&e9;</text></svg>`;
    await writeFile(path("bomb.svg"), bomb);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await entry(page, "dot.png").click();
    const picture = (name: string) => page.getByRole("img", { name, exact: true });
    const isDrawn = (name: string) =>
      picture(name).evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0);
    await page.getByText("3 × 2 pixels").waitFor();
    await eventually(() => isDrawn("dot.png"));

    await entry(page, "page.png").click();
    await page.getByText("This picture is not shown").waitFor();

    await entry(page, "bomb.svg").click();
    await page.getByText("The browser cannot decode it.").waitFor();

    await entry(page, "hostile.svg").click();
    await page.getByText("40 × 30 pixels").waitFor();
    await eventually(() => isDrawn("hostile.svg"));
    expect(asked.filter((url) => /svg-(ran|loaded)/.test(url))).toEqual([]);
    expect(await page.title()).not.toBe("taken");
    await page.getByRole("button", { name: "Show as text" }).click();
    await editor(page).getByText("svg-ran").first().waitFor();
    await page.goBack();
    await eventually(() => isDrawn("hostile.svg"));
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await Promise.all(["dot.png", "page.png", "bomb.svg", "hostile.svg"].map((name) => rm(path(name))));
    await entry(page, "notes.md").click();
    await editor(page).waitFor();
  });

  test("rename, new folder, upload, download and delete reach the disk", async () => {
    const { page } = at();
    const folder = page.getByRole("region", { name: "Folder" });
    const act = async (name: string, action: string) => {
      await folder.getByRole("button", { name: `Actions for ${name}` }).click();
      await page.getByRole("menuitem", { name: action }).click();
    };
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await act("notes.md", "Rename");
    await page.getByRole("dialog").getByLabel("Name").fill("minutes.md");
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await entry(page, "minutes.md").waitFor();
    await eventually(() => !existsSync(path("notes.md")));

    await page.getByRole("button", { name: "New folder" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("archive");
    await page.getByRole("dialog").getByRole("button", { name: "Create folder" }).click();
    await entry(page, "archive").click();
    await page.getByText("This folder is empty").waitFor();
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "photo.bin", mimeType: "application/octet-stream", buffer: bytes });
    await entry(page, "photo.bin").waitFor();
    await eventually(async () => (await readFile(path("archive/photo.bin"))).equals(bytes));

    // A message about something else covers no button of an upload that still runs.
    const { promise: sent, resolve } = Promise.withResolvers<void>();
    await page.route("**/api/files/upload**", async (route) => {
      await sent;
      await route.abort().catch(() => undefined);
    });
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "slow.bin", mimeType: "application/octet-stream", buffer: bytes });
    const cancel = page.getByRole("button", { name: "Cancel upload of slow.bin" });
    await cancel.waitFor();
    const size = page.viewportSize();
    // Here the list of uploads ends where messages are shown.
    await page.setViewportSize({ width: 1440, height: 470 });
    const doomed = ["photo.bin"];
    await eventually(async () => {
      const name = doomed.pop() ?? "next.bin";
      if (name === "next.bin") await writeFile(path(`archive/${name}`), "");
      await act(name, "Delete");
      await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
      await toastShown(page, `${name} deleted`);
      const isClear = await page.waitForFunction(
        (button) => {
          const [toasts, below] = [document.querySelector(".toasts"), button?.getBoundingClientRect()];
          // Without a message there is nothing to see: too late, and another one is needed.
          if (!below || !toasts?.querySelector(".toast")) return "gone";
          return below.bottom <= toasts.getBoundingClientRect().top && "clear";
        },
        await cancel.elementHandle(),
      );
      expect(await isClear.jsonValue()).toBe("clear");
    });
    await cancel.click();
    if (size) await page.setViewportSize(size);
    resolve();
    await page.unroute("**/api/files/upload**");
    await page.goBack();

    expect(await downloaded(page, () => act("minutes.md", "Download"))).toBe("changed on the disk\nmine");
    await act("archive", "Delete");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    expect(existsSync(path("archive"))).toBe(true);
    await act("archive", "Delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete folder" }).click();
    await entry(page, "archive").waitFor({ state: "detached" });
    await eventually(() => !existsSync(path("archive")));
  });
}
