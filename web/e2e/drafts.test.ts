import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser, type TestBrowser } from "../../shared/testing/browser.ts";
import { eventually, HANG_MS } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { signIn } from "../../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../../shared/testing/stack.ts";

const run = promisify(execFile);
/** Where screenshots go, when they are wanted. */
const shots = process.env.SCREENSHOTS;
const noCompose = await lacks("compose");

describe.skipIf(await lacks("chromium"))("text that is typed and not saved", () => {
  let stack: Stack;
  let browser: TestBrowser;
  let page: Page;
  const frozen: string[] = [];

  beforeAll(async () => {
    stack = await startStack({ web: true });
    browser = await startBrowser();
    const { cookie, ask } = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: stack.origin });
    const [name = "", value = ""] = cookie.split("=");
    const opened = await browser.open();
    await opened.context.addCookies([{ name, value, url: stack.origin }]);
    page = opened.page;
    page.setDefaultTimeout(HANG_MS);
    page.on("dialog", (dialog) => void dialog.accept());
    if (!noCompose) {
      await ask("POST", "/api/stacks", { name: "draft-shop", content: compose("one"), env: {} });
    }
  });
  afterAll(async () => {
    for (const path of frozen) await run("chattr", ["-i", path]).catch(() => {});
    await browser?.close();
    await stack?.stop();
  });

  const compose = (title: string) => `services:\n  web:\n    image: busybox:local\n    command: echo ${title}\n`;
  const path = (name: string) => join(stack.fileRoot, name);
  const entry = (name: string) =>
    page.getByRole("region", { name: "Folder" }).getByRole("button", { name, exact: true });
  const editor = () => page.getByRole("textbox", { name: /^Text of/ });
  const save = () => page.getByRole("button", { name: "Save", exact: true });
  const go = async (name: string) => {
    await page.getByRole("navigation").getByRole("link", { name, exact: false }).first().click();
    await page.getByRole("heading", { name }).first().waitFor();
  };
  const shoot = async (name: string) => {
    if (shots === undefined) return;
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(shots, `${name}-${colorScheme}.png`) });
    }
  };
  const typeAtEnd = async (text: string) => {
    await editor().click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(text);
  };

  test("line ends, byte order mark and encoding stay; opening a file is no change", async () => {
    await writeFile(path("dos.txt"), "\ufeffone\r\ntwo\r\n");
    await writeFile(path("mixed.txt"), "one\r\ntwo\nthree\r\n");
    await writeFile(path("wide.txt"), Buffer.from("\ufeffeins\r\n", "utf16le"));
    await writeFile(path("latin.txt"), Buffer.from("caf\xe9\n", "latin1"));
    await page.goto(`${stack.origin}/files`);
    const expected: Record<string, Buffer> = {
      "dos.txt": Buffer.from("\ufeffone\r\ntwo\r\nx\r\ny"),
      "mixed.txt": Buffer.from("one\r\ntwo\nthree\r\nx\r\ny"),
      "wide.txt": Buffer.from("\ufeffeins\r\nx\r\ny", "utf16le"),
    };
    for (const [name, bytes] of Object.entries(expected)) {
      await entry(name).click();
      await page.getByRole("textbox", { name: `Text of ${name}` }).waitFor();
      expect(await save().isDisabled()).toBe(true);
      await typeAtEnd("x\ny");
      if (name === "mixed.txt") await shoot("mixed");
      await save().click();
      await eventually(async () => (await readFile(path(name))).equals(bytes));
    }
    await entry("latin.txt").click();
    await page.getByText("neither UTF-8 nor UTF-16").waitFor();
    expect(await save().isDisabled()).toBe(true);
    await shoot("latin");
  });

  test("a draft outlives every link and a reload, and is offered where it belongs", async () => {
    await writeFile(path("notes.md"), "# Notes\n");
    await page.goto(`${stack.origin}/files`);
    await entry("notes.md").click();
    await editor().getByText("# Notes").waitFor();
    await typeAtEnd("not saved");
    await go("Logs");
    await go("Files");
    await page.getByRole("button", { name: "/notes.md" }).click();
    await editor().getByText("not saved").waitFor();
    await page.getByText("unsaved text from an earlier visit").waitFor();
    await shoot("draft");
    await page.reload(); // the open file is in the address
    await editor().getByText("not saved").waitFor();
    expect(await readFile(path("notes.md"), "utf8")).toBe("# Notes\n");

    await page.getByRole("button", { name: "Close", exact: true }).click();
    await writeFile(path("notes.md"), "theirs\n");
    await page.getByRole("button", { name: "/notes.md" }).click();
    await page.getByText("This file changed on the disk since you started typing.").waitFor();
    expect(await readFile(path("notes.md"), "utf8")).toBe("theirs\n");
    await page.getByRole("button", { name: "Overwrite" }).click();
    await eventually(async () => (await readFile(path("notes.md"), "utf8")) === "# Notes\nnot saved");
    await eventually(async () => (await page.evaluate(() => Object.keys(sessionStorage).length)) === 0);
  });

  test("of a secret nothing is kept: leaving asks first", async () => {
    await writeFile(path("app.env"), "PASSWORD=hunter2\n");
    await page.goto(`${stack.origin}/files`);
    await entry("app.env").click();
    await editor().getByText("hunter2").waitFor();
    await typeAtEnd("TOKEN=s3cret");
    await page.getByRole("navigation").getByRole("link", { name: "Logs" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await editor().getByText("s3cret").waitFor();
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain("s3cret");
    await page.getByRole("navigation").getByRole("link", { name: "Logs" }).first().click();
    await dialog.getByRole("button", { name: "Leave" }).click();
    await page.getByRole("heading", { name: "Logs" }).first().waitFor();
  });

  test.skipIf(noCompose)("a deployment writes nothing before it is confirmed", async () => {
    const file = join(stack.dataDir, "stacks/draft-shop/compose.yaml");
    await page.goto(`${stack.origin}/stacks/draft-shop`);
    await page.getByRole("tab", { name: "Compose file" }).click();
    const text = page.getByRole("textbox", { name: "Text of the compose file" });
    await text.getByText("echo one").waitFor();
    await text.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("# later");
    await page.locator(".page-actions").getByRole("button", { name: "Deploy" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Nothing is written until you confirm.").waitFor();
    await dialog.getByRole("button", { name: "Save and deploy" }).waitFor();
    await shoot("deploy");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(await readFile(file, "utf8")).toBe(compose("one"));
    await go("Logs");
    await page.goBack();
    await text.getByText("# later").waitFor();
    await page.getByRole("tab", { name: "Services" }).click();
    await page.getByText("The compose file has unsaved text").waitFor();
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await text.getByText("# later").waitFor();
    await page.getByRole("button", { name: "Discard changes" }).click();
    await dialog.getByRole("button", { name: "Discard" }).click();
    await text.getByText("# later").waitFor({ state: "detached" });
  });

  test("a form outlives a click beside it and a reload, without its secrets, until it is discarded or cancelled", async () => {
    const kept = () => page.evaluate(() => JSON.stringify(sessionStorage));
    const dialog = page.getByRole("dialog");
    const name = dialog.getByLabel("Name", { exact: true });
    const reopen = async () => {
      await page.goto(`${stack.origin}/alerts`);
      await page.getByRole("tab", { name: "Channels" }).click();
      await page.getByRole("button", { name: "Add channel" }).first().click();
    };
    await reopen();
    await name.fill("ops hook");
    await dialog.getByLabel("Address").fill("https://hooks.example.com/s3cret-path");
    await dialog.getByLabel("Signing key").fill("s3cret-key");
    await page.mouse.click(5, 5);
    await dialog.waitFor({ state: "detached" });
    expect(await kept()).toContain("ops hook");
    expect(await kept()).not.toContain("s3cret");
    await reopen();
    await dialog.getByText("Unsaved draft restored.").waitFor();
    expect(await name.inputValue()).toBe("ops hook");
    expect(await dialog.getByLabel("Address").inputValue()).toBe("");
    await shoot("form-draft");
    await dialog.getByRole("button", { name: "Discard draft" }).click();
    expect(await name.inputValue()).toBe("");
    await name.fill("second");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(await kept()).not.toMatch(/ops hook|second/);
  });

  test("an interrupted save is offered, and the version chosen is written", async () => {
    const id = "0123456789abcdef01234567";
    const saves = join(stack.dataDir, "saves");
    await mkdir(saves, { recursive: true });
    await writeFile(path("site.conf"), "half new, half old");
    const sha = async (text: string) =>
      Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(text))).toString("base64url");
    await writeFile(join(saves, `${id}.before`), "old");
    await writeFile(join(saves, `${id}.after`), "newer");
    const record = {
      target: path("site.conf"),
      mode: 0o644,
      startedAt: new Date().toISOString(),
      before: { size: 3, sha256: await sha("old") },
      after: { size: 5, sha256: await sha("newer") },
    };
    await writeFile(join(saves, `${id}.json`), JSON.stringify(record));
    await page.goto(`${stack.origin}/files`);
    const offer = page.getByRole("region", { name: "Interrupted saves" });
    await offer.getByText("/site.conf").waitFor();
    await shoot("interrupted");
    await offer.getByRole("button", { name: /^Restore the previous version/ }).click();
    await offer.waitFor({ state: "detached" });
    expect(await readFile(path("site.conf"), "utf8")).toBe("old");
  });

  test("says where the panel cannot write before anybody tries", async ({ skip }) => {
    await mkdir(path("frozen"));
    await writeFile(path("frozen/kept.txt"), "kept");
    for (const name of ["frozen/kept.txt", "frozen"]) {
      const done = await run("chattr", ["+i", path(name)]).then(
        () => true,
        () => false,
      );
      if (!done) return skip("the disk has no immutable files");
      frozen.push(path(name));
    }
    await page.goto(`${stack.origin}/files/frozen`);
    await page.getByText("Read-only for the panel").waitFor();
    for (const name of ["Upload", "New file", "New folder"]) {
      expect(await page.getByRole("button", { name, exact: true }).isDisabled()).toBe(true);
    }
    await entry("kept.txt").click();
    await page.getByText("cannot write to this file").waitFor();
    expect(await save().isDisabled()).toBe(true);
    await shoot("read-only");
  });

  test("is gone after a log-out", async () => {
    await page.goto(`${stack.origin}/files`);
    await entry("notes.md").click();
    await typeAtEnd("private thought"); // outside of an editor, `g h` leads to another page
    await eventually(async () =>
      (await page.evaluate(() => JSON.stringify(sessionStorage))).includes("private thought"),
    );
    await page.getByRole("button", { name: /, account of / }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain("private thought");
  });
});
