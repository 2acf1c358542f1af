import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser, type TestBrowser } from "../../shared/testing/browser.ts";
import { type TestContainer, type TestEngine, testEngine } from "../../shared/testing/engine.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { projectFolder } from "../../shared/testing/service-process.ts";
import { ADMIN } from "../../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../../shared/testing/stack.ts";

const mcpServer = join(projectFolder, "node_modules/@modelcontextprotocol/server-everything/dist/index.js");

/** A newcomer's first visit, told in order in one tab: from the set-up token to each of the five domains, all real. */
describe.skipIf(await lacks("chromium", "docker"))("the first visit", () => {
  let engine: TestEngine;
  let pm2: TestPm2;
  let stack: Stack;
  let browser: TestBrowser;
  let page: Page;
  let problems: string[];
  let container: TestContainer;

  beforeAll(async () => {
    engine = testEngine();
    pm2 = await testPm2();
    container = await engine.run({ script: "n=0; while true; do n=$((n+1)); echo container line $n; sleep 1; done" });
    await pm2.start({
      name: "writer",
      source: "let n = 0; setInterval(() => console.log('process line', ++n), 500);",
    });
    const env = { PM2_HOME: pm2.home, DOCKER_HOST: engine.dockerHost, MCP_ALLOWED_COMMANDS: process.execPath };
    stack = await startStack({ web: true, env });
    browser = await startBrowser();
    ({ page, problems } = await browser.open());
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    await pm2?.close();
    await engine?.removeAll();
  });

  test("the set-up token leads to the first account and into the panel", async () => {
    const token = readFileSync(join(stack.dataDir, "setup-token"), "utf8").trim();
    await page.goto(`${stack.origin}/setup#token=${token}`);
    await page.getByLabel("User name").fill(ADMIN.username);
    await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
    await page.getByRole("button", { name: "Create administrator" }).click();
    await page.getByRole("region", { name: "Host" }).waitFor();
    expect(page.url()).not.toContain(token);
  });

  test("the host's load is shown and moves", async () => {
    await page.goto(`${stack.origin}/system`);
    const cpu = page.getByText(/\d+(\.\d+)? ?%/).first();
    await cpu.waitFor();
  });

  test("a container's log is followed live", async () => {
    await page.goto(`${stack.origin}/services`);
    await page.getByRole("row", { name: container.name }).first().click();
    const log = page.getByRole("log");
    await log
      .getByText(/container line \d+/)
      .first()
      .waitFor();
    const seen = Number(
      /\d+$/.exec(
        await log
          .getByText(/container line \d+/)
          .last()
          .innerText(),
      )?.[0],
    );
    await log.getByText(`container line ${seen + 2}`, { exact: true }).waitFor();
  });

  test("a PM2 process's log is followed live", async () => {
    await page.goto(`${stack.origin}/deployments/writer`);
    const log = page.getByRole("log");
    await log
      .getByText(/process line \d+/)
      .first()
      .waitFor();
    const seen = Number(
      /\d+$/.exec(
        await log
          .getByText(/process line \d+/)
          .last()
          .innerText(),
      )?.[0],
    );
    await log.getByText(`process line ${seen + 3}`, { exact: true }).waitFor();
  });

  test("an MCP server is registered, started, and its tool answers", async () => {
    await page.goto(`${stack.origin}/mcp`);
    await page.getByRole("button", { name: "Register" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("everything");
    await dialog.getByLabel("Program", { exact: true }).fill(process.execPath);
    await dialog.getByLabel("Arguments").fill(mcpServer);
    await dialog.getByLabel("Your password").fill(ADMIN.password);
    await dialog.getByRole("button", { name: "Register" }).click();
    await page.getByRole("button", { name: "Start everything" }).last().click();
    await page.getByRole("button", { name: /echo/i }).first().click();
    await page.getByLabel(/message/i).fill("hello there");
    await page.getByRole("button", { name: "Call tool" }).click();
    await page.getByText("Echo: hello there").first().waitFor();
  });

  test("a file made, and one taken away, show without a reload", async () => {
    await writeFile(join(stack.fileRoot, "old.txt"), "there from the start");
    await page.goto(`${stack.origin}/files`);
    await page.getByText("old.txt").first().waitFor();
    await writeFile(join(stack.fileRoot, "fresh.txt"), "made by somebody else");
    const entry = page.getByText("fresh.txt").first();
    await entry.waitFor();
    await rm(join(stack.fileRoot, "fresh.txt"));
    await entry.waitFor({ state: "detached" });
  });

  test("the page has thrown nothing and broken no rule of its content policy", () => {
    // Asking who is there, before anybody is, is answered with 401: the browser notes that as an error.
    expect(problems.filter((problem) => !problem.includes("401 (Unauthorized)"))).toEqual([]);
  });
});
