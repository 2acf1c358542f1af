import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { TestDesktop } from "../test-desktop.ts";
import { rowOf } from "./services.ts";

const image = `<img src="http://stranger.invalid/x" onerror="alert('x')">`;
const script = `</script><script>alert("y")</script>`;
const reversed = "\u202e";

/** What a log can say to a terminal or a page that believes it; `printf` writes it. */
const writer = [
  `printf '%s\\n' '${image.replaceAll("'", "'\\''")}'`,
  `printf '%s\\n' '${script}'`,
  String.raw`printf '\033[31mred\033[0m and \033[1;32mgreen\033[0m\n'`,
  String.raw`printf 'before \033]8;;javascript:alert(1)\033\\click me\033]8;;\033\\ after\n'`,
  String.raw`printf 'clip \033]52;c;cm0gLXJmIC8K\007board\n'`,
  String.raw`printf 'title \033]0;owned\007kept\n'`,
  String.raw`printf 'cursor \033[2J\033[1;1H\033[2Kmoves\n'`,
  String.raw`printf 'high \302\233\063\061mcontrols\302\235\060;owned\302\234 end\n'`,
  String.raw`printf 'order \342\200\256gnp.exe\n'`,
  String.raw`printf 'rm -rf /\rls -la   \n'`,
  `printf 'wide %01000000d wide-end\\n' 7`,
  "echo last",
  "exec sleep 1000000",
].join("; ");

/** Words of a stranger are words: in a log, in a name, in a label. */
export function hostileJourney(at: () => TestDesktop): void {
  test("a log that tries to be markup, a terminal or a link is shown as text", async () => {
    const desk = at();
    const { page } = desk;
    const { name } = await desk.engine.run({ name: "hostile", script: writer });
    await desk.open(`/services/${name}`, name);
    const log = page.getByRole("log");
    const shows = (text: string) => log.getByText(text).first().waitFor();
    await shows("last");
    await shows(image);
    await shows(script);
    await shows("before click me after");
    await shows("clip board");
    await shows("title kept");
    await shows("cursor moves");
    await shows("order [U+202E]gnp.exe");
    await shows("ls -la"); // what a carriage return left of the line
    await shows("high 31mcontrols0;owned end"); // C1 characters begin no sequence, and what follows them is text
    expect(await log.getByText("red", { exact: true }).evaluate((node) => getComputedStyle(node).color)).not.toBe(
      await log.getByText("green", { exact: true }).evaluate((node) => getComputedStyle(node).color),
    );
    const wide = log.locator(".log-line", { hasText: /wide 0000/ });
    await wide.getByRole("button", { name: "Unfold line" }).click();
    await wide.locator("pre").getByText("wide-end").waitFor();
    await wide.getByRole("button", { name: "Fold line" }).click();
    expect(await log.evaluate((node) => node.querySelectorAll("img, script, a, iframe, svg[onload]").length)).toBe(0);
    expect(await page.title()).not.toContain("owned");
    await expectNothingRan(page);
  });

  test("a container's labels, a file's and a process's name are shown as text", async () => {
    const desk = at();
    const { page } = desk;
    const { name } = await desk.engine.run({
      name: "labels",
      labels: {
        evil: `"><script>alert("label")</script>\u001b[2J`,
        "com.docker.compose.project": `${image}${reversed}`,
      },
    });
    await desk.open("/services", "Containers");
    await page.getByRole("row", { name: `<img src="http://stranger.invalid/x"` }).first().waitFor();
    await page.getByRole("row").filter({ hasText: "[U+202E]" }).first().waitFor();
    await rowOf(page, { name }).click();
    await page.getByRole("tab", { name: "Details" }).click();
    await page.getByText(`"><script>alert("label")</script>^[[2J`).waitFor();

    const file = `<img src=x onerror=alert(1)>${reversed}.txt`;
    await writeFile(join(desk.stack.fileRoot, file), "harmless");
    await desk.open("/files", "Files");
    await page.getByRole("button", { name: "<img src=x onerror=alert(1)>[U+202E].txt", exact: true }).click();
    await page
      .getByRole("textbox", { name: /^Text of/ })
      .getByText("harmless")
      .waitFor();

    const process = `<b onclick=alert(1)>${"x".repeat(8)}`;
    await desk.pm2.start({ name: process, source: "setInterval(() => {}, 1000);" });
    await desk.open("/deployments", "Processes");
    await page.getByRole("row").filter({ hasText: process }).click();
    await page.getByRole("heading", { name: process }).waitFor();
    await expectNothingRan(page);
    await desk.pm2.command("delete", process);
  });
}

/** Nothing in the page was made from data: all scripts and images are the build's own. */
export async function expectNothingRan(page: Page): Promise<void> {
  const foreign = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLScriptElement | HTMLImageElement>("script, img, iframe, object, embed")]
      .map((node) => node.src || node.outerHTML)
      .filter((source) => !source.startsWith(`${location.origin}/`)),
  );
  expect(foreign).toEqual([]);
}
