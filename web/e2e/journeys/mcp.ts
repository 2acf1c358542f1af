import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { startAuthorizationServer, startProtectedServer } from "../../../shared/testing/peers/authorization-server.ts";
import { projectFolder } from "../../../shared/testing/service-process.ts";
import type { Stack } from "../../../shared/testing/stack.ts";
import { downloaded, type TestDesktop } from "../test-desktop.ts";
import { toastShown } from "../toasts.ts";

const program = join(projectFolder, "node_modules/@modelcontextprotocol/server-everything/dist/index.js");
const NAME = "everything";

/** A real MCP server over stdio. */
export function mcpJourney(at: () => TestDesktop): void {
  test("a server is registered and started, and its tools are listed", async () => {
    const desk = at();
    const { page } = desk;
    await desk.open("/mcp", "MCP servers");
    await page.getByRole("button", { name: "Register" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(`Allowed: ${process.execPath}. Another one can be allowed below.`).waitFor();
    await dialog.getByLabel("Name", { exact: true }).fill(NAME);
    await dialog.getByLabel("Program", { exact: true }).fill(process.execPath);
    await dialog.getByLabel("Arguments").fill(`${program}\nstdio`);
    await dialog.getByRole("button", { name: "Add variable" }).click();
    await dialog.getByLabel("Name of variable 1").fill("SHOP_TOKEN");
    await dialog.getByLabel("Value of variable 1").fill("a-secret-kept");
    await dialog.getByRole("button", { name: "Register" }).click();
    await page
      .locator(".detail-head")
      .getByRole("button", { name: `Start ${NAME}`, exact: true })
      .click();
    await page.getByRole("complementary", { name: "Tools" }).getByRole("button", { name: /echo/i }).waitFor();
  });

  test("a tool is called through the form of its schema, and its result is shown", async () => {
    const { page } = at();
    await page.getByRole("button", { name: /echo/i }).first().click();
    await page.getByRole("button", { name: "Call tool" }).click();
    await page
      .getByText(/required|needed/i)
      .first()
      .waitFor(); // nothing was typed
    await page.getByLabel(/message/i).fill("hello <b>there</b>");
    const row = await page.getByRole("button", { name: /echo/i }).first().elementHandle();
    // The list is read again at any time, which leaves what was typed.
    const read = page.waitForResponse((response) => response.url().endsWith("/tools"));
    await toolsChanged(at().stack, new URL(page.url()).pathname.split("/")[2] ?? "");
    await read;
    await page.getByRole("button", { name: "Call tool" }).click();
    expect(await row?.evaluate((button) => button.isConnected)).toBe(true);
    await page.getByRole("region", { name: "Recent calls" }).getByText("Echo: hello <b>there</b>").waitFor();
  });

  test("the result of a long call scrolls into view, with its progress before", async () => {
    const { page } = at();
    const size = page.viewportSize();
    await page.setViewportSize({ width: 900, height: 420 });
    await page
      .getByRole("button", { name: /long.running/i })
      .first()
      .click();
    // Each part of its progress is shown for some seconds.
    await page.getByLabel(/duration/i).fill("20");
    await page.getByLabel(/steps/i).fill("4");
    await page.getByRole("button", { name: "Call tool" }).click();
    const newest = page.getByRole("region", { name: "Recent calls" }).getByRole("listitem").first();
    await newest.getByText(/(25|50|75)%/).waitFor();
    const answer = newest.getByText(/completed/i).first();
    await answer.waitFor();
    await page.waitForFunction(
      (item) => (item?.getBoundingClientRect().top ?? Infinity) < innerHeight - 20,
      await newest.elementHandle(),
    );
    if (size) await page.setViewportSize(size);
  });

  test("what the server said is shown first, and its resources and prompts are read", async () => {
    const { page } = at();
    const about = page.locator(".server-about");
    await about.getByText(/^MCP 20/).click();
    await about.getByText("Shown after the second start").waitFor();
    await about.getByText(/^MCP 20/).click();

    await page.getByRole("tab", { name: "Resources" }).click();
    const list = page.getByRole("complementary", { name: "Resources" });
    await list.getByRole("button", { name: /dynamic text resource/i }).click();
    await page.getByLabel("resourceId").fill("3");
    await page.getByRole("button", { name: "Read", exact: true }).click();
    const content = page.getByRole("region", { name: "Content" });
    await content.getByText(/Resource 3/).waitFor();
    await page.waitForURL(/resource=demo/);

    await page.getByRole("tab", { name: "Prompts" }).click();
    const prompts = page.getByRole("complementary", { name: "Prompts" });
    await prompts.getByRole("button", { name: /team management/i }).click();
    await page.getByRole("button", { name: "Get messages" }).click();
    await page.getByText("Required").first().waitFor();
    await page.getByLabel(/department/).fill("Sales");
    const suggested = page.waitForResponse((response) => /completion\?.*argument=name/.test(response.url()));
    await page.getByLabel(/name/).fill("E");
    await suggested;
    await page.getByLabel(/name/).fill("Eve");
    await page.getByRole("button", { name: "Get messages" }).click();
    await page.getByRole("region", { name: "Messages" }).getByText("Please promote Eve").waitFor();
  });

  test("a request of the server is answered by hand, and all messages are shown", async () => {
    const { page } = at();
    await page.getByRole("tab", { name: "Tools" }).click();
    await page.getByRole("button", { name: /Trigger Elicitation Request Tool/ }).click();
    await page.getByRole("button", { name: "Call tool" }).click();
    await page.getByRole("button", { name: "Show requests" }).click();
    const request = page.getByRole("list", { name: "Requests" }).getByRole("listitem").first();
    await request
      .getByLabel("String *", { exact: true })
      .or(request.getByLabel("String", { exact: true }))
      .fill("Ada");
    await request.getByRole("button", { name: "Send answer" }).click();
    await page.getByText("No requests wait").waitFor();
    await page.getByRole("tab", { name: "Tools" }).click();
    await page.getByRole("region", { name: "Recent calls" }).getByText(/Ada/).first().waitFor();

    await page.getByRole("tab", { name: "Messages" }).click();
    await page.getByRole("searchbox", { name: "Filter messages" }).fill("elicitation/create");
    const messages = page.getByRole("list", { name: "Messages" });
    const told = messages.getByRole("button", { name: /notifications\/roots\/list_changed/ });
    await messages.getByRole("button", { name: /Received elicitation\/create request/ }).click();
    await messages.getByText(/"requestedSchema"/).waitFor();
    await messages.getByRole("button", { name: /Sent elicitation\/create response/ }).waitFor();

    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByLabel("Roots").fill("/srv/shop");
    await page.waitForResponse((response) => response.url().endsWith("/roots")); // read again meanwhile
    await page.getByRole("button", { name: "Save roots" }).click();
    await page.getByText(/must begin with file/).waitFor();
    await page.getByLabel("Roots").fill("file:///srv/shop");
    await page.getByRole("button", { name: "Save roots" }).click();
    await toastShown(page, "Roots saved");
    await page.getByRole("tab", { name: "Messages" }).click();
    await page.getByRole("searchbox", { name: "Filter messages" }).fill("roots/list_changed");
    await told.first().waitFor();
  });

  test("a call is saved with assertions, run, repaired from what differs, deleted and brought back", async () => {
    const { page } = at();
    await page.getByRole("tab", { name: "Tools" }).click();
    const echo = page.getByRole("region", { name: "Recent calls" }).getByRole("listitem").filter({ hasText: "echo" });
    await echo.getByRole("button", { name: "Save call" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("Echo says hello");
    await dialog.getByRole("button", { name: "Add assertion" }).click();
    await dialog.getByLabel("Assertion 2", { exact: true }).selectOption("equals");
    await dialog.getByLabel("Place in the result").fill("/content/0/text");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Must be valid JSON").waitFor();
    await dialog.getByLabel("Value (JSON)").fill('"Echo: bye"');
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });

    await page.getByRole("tab", { name: "Saved calls" }).click();
    const saved = page.getByRole("list", { name: "Saved calls" }).getByRole("listitem").first();
    await saved.getByText("not run").waitFor();
    await saved.getByRole("button", { name: "Run Echo says hello", exact: true }).click();
    await saved.getByText("failed", { exact: true }).waitFor();
    const outcomes = saved.getByRole("list", { name: "Assertions" });
    await outcomes.getByText('"Echo: bye"', { exact: true }).waitFor();
    await outcomes.getByText('"Echo: hello <b>there</b>"', { exact: true }).waitFor();
    await saved.getByRole("button", { name: "Edit Echo says hello", exact: true }).click();
    await dialog.getByLabel("Value (JSON)").fill('"Echo: hello <b>there</b>"');
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Run all" }).click();
    await page.getByText("1 passed, 0 failed", { exact: true }).waitFor();
    const file = await downloaded(page, () => page.getByRole("button", { name: "Export" }).click());
    await saved.getByRole("button", { name: "Delete Echo says hello", exact: true }).click();
    await page.getByText("No saved calls yet").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await saved.getByText("not run").waitFor();
    const buffer = Buffer.from(file);
    await page
      .locator('input[aria-label="Import"]')
      .setInputFiles({ name: "calls.json", mimeType: "application/json", buffer });
    await page.getByText("0 passed, 0 failed, 2 not run").waitFor();
    await page.getByRole("tab", { name: "Messages" }).click();
    await page.getByRole("button", { name: "Send a request" }).click();
    await page.getByLabel("Method", { exact: true }).fill("prompts/list");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page
      .getByText(/"simple-prompt"/)
      .first()
      .waitFor();
  });

  test("a later edit keeps a value that was not typed again", async () => {
    const { page } = at();
    await page.getByRole("button", { name: `Edit ${NAME}`, exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill(`${NAME}-2`);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    const head = page.locator(".detail-head");
    const start = head.getByRole("button", { name: `Start ${NAME}-2`, exact: true });
    const stop = head.getByRole("button", { name: `Stop ${NAME}-2`, exact: true });
    await start.or(stop).waitFor();
    if (await start.isVisible()) await start.click();
    await stop.waitFor();
    await page.getByRole("tab", { name: "Tools" }).click();
    await page.getByRole("button", { name: /env/i }).first().click();
    await page.getByRole("button", { name: "Call tool" }).click();
    await page.getByRole("region", { name: "Recent calls" }).getByText("a-secret-kept").waitFor();
  });

  test("its process is shown, a restart gives it a new one, and a client gets its configuration without values", async () => {
    const { page } = at();
    await page.getByRole("tab", { name: "Settings" }).click();
    const run = page.locator(".card", { hasText: "Process id" });
    await run.getByText(/MiB/).waitFor();
    const pid = await run.locator("dd").first().textContent();
    await page
      .locator(".detail-head")
      .getByRole("button", { name: `Restart ${NAME}-2`, exact: true })
      .click();
    await page.waitForFunction((before) => {
      const now = [...document.querySelectorAll(".card")].find((card) => card.textContent?.includes("Process id"));
      const text = now?.querySelector("dd")?.textContent ?? "";
      return /^\d+$/.test(text) && text !== before;
    }, pid);
    await page.getByRole("button", { name: "Change" }).click();
    const limits = page.getByRole("dialog");
    await limits.getByLabel("End after minutes without a call").fill("30");
    await limits.getByRole("button", { name: "Save" }).click();
    await limits.waitFor({ state: "detached" });
    await page.getByText("after 30m").waitFor();
    await page.getByRole("button", { name: "Use in a client" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/claude mcp add-json everything-2/).waitFor();
    await dialog.getByLabel("Client", { exact: true }).selectOption("vscode");
    const text = (await dialog.locator("pre").textContent()) ?? "";
    if (!text.includes("input:shop-token") || text.includes("a-secret-kept")) throw new Error(text);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  test("servers of a file are imported: what is refused says why, and values are asked for", async () => {
    const { page } = at();
    await page.getByRole("button", { name: "Import" }).click();
    const dialog = page.getByRole("dialog");
    const args = JSON.stringify([program, "stdio"]);
    await dialog.getByLabel("File", { exact: true }).fill(`{
      // of another client
      "servers": {
        "imported": { "command": "${process.execPath}", "args": ${args}, "env": { "KEY": "\${input:key}" }, },
        "foreign": { "command": "foreign-program" },
      },
      "inputs": [{ "id": "key", "type": "promptString", "description": "Key of the shop", "password": true }],
    }`);
    const list = dialog.getByRole("list", { name: "Servers" });
    await list.getByRole("listitem").filter({ hasText: "foreign" }).getByText("Refused").waitFor();
    await list.getByRole("button", { name: /foreign-program/ }).waitFor();
    const take = dialog.getByRole("button", { name: "Import 1 server" });
    if (await take.isEnabled()) throw new Error("a value is missing");
    await dialog.getByLabel("Key of the shop").fill("imported-secret");
    await take.click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("heading", { name: "imported" }).waitFor();
    await page.getByRole("button", { name: "Delete imported" }).last().click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete server" }).click();
    await page.getByRole("button", { name: "Delete imported" }).first().waitFor({ state: "detached" });
    await page.getByText(`${NAME}-2`).first().click();
  });

  test("the output of the server is in its log, and a stopped server is shown as stopped", async () => {
    const { page } = at();
    await page.getByRole("tab", { name: "Log" }).click();
    await page.getByRole("log").getByText(/\w/).first().waitFor();
    await page
      .locator(".detail-head")
      .getByRole("button", { name: `Stop ${NAME}-2`, exact: true })
      .click();
    await page
      .locator(".detail-head")
      .getByRole("button", { name: `Start ${NAME}-2`, exact: true })
      .waitFor();
    await page.getByRole("tab", { name: "Tools" }).click();
    await page.getByText("The server is not running").waitFor();
  });

  test("a wrong argument is repaired from what the doctor says", async () => {
    const { page } = at();
    const change = async (script: string) => {
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Arguments").fill(`${script}\nstdio`);
      await dialog.getByLabel("Value of variable 1").fill("a-secret-kept");
      await dialog.getByRole("button", { name: "Save" }).click();
      await dialog.waitFor({ state: "detached" });
    };
    await page.getByRole("button", { name: `Edit ${NAME}-2`, exact: true }).click();
    await change("/no/such/server.js");
    await page.getByRole("tab", { name: "Doctor" }).click();
    await page.getByRole("button", { name: "Examine" }).click();
    const steps = page.getByRole("list", { name: "Doctor" });
    await steps.getByText("Argument 1 names a file that is not there.").waitFor();
    await page.getByRole("button", { name: "Edit server" }).click();
    await change(program);
    await page.getByRole("button", { name: "Examine again" }).click();
    await page.getByText("Nothing is wrong.").waitFor();
    await steps.getByText(/It speaks MCP 20/).waitFor();
  });

  test("a server that asks for a sign-in is signed in to in a new tab, connects by itself, and is signed out of", async () => {
    const desk = at();
    const { page, problems } = desk;
    const provider = await startAuthorizationServer();
    desk.later(provider.close);
    const server = await startProtectedServer(provider);
    desk.later(server.close);
    await desk.open("/mcp", "MCP servers");
    await page.getByRole("button", { name: "Register" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Address (HTTP)").click();
    await dialog.getByLabel("Name", { exact: true }).fill("cloud");
    await dialog.getByLabel("Address", { exact: true }).fill(server.url);
    await dialog.getByRole("button", { name: "Register" }).click();
    const since = problems.length;
    await page.locator(".detail-head").getByRole("button", { name: "Start cloud", exact: true }).click();
    await page.getByText("This server asks for a sign-in.").waitFor();
    desk.expected(/503/, since);
    const opened = page.context().waitForEvent("page");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    const tab = await opened;
    await tab.getByRole("heading", { name: "You are signed in to cloud." }).waitFor();
    await tab.close();
    await page.getByRole("complementary", { name: "Tools" }).getByRole("button", { name: "good" }).waitFor();
    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByText(provider.issuer).waitFor();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
    await page.getByText("This server asks for a sign-in.").waitFor();
  });
}

/** Tells the page what the API does when the server's list has changed. */
async function toolsChanged({ realtime, dataDir }: Stack, serverId: string): Promise<void> {
  const token = (await readFile(join(dataDir, "emit-token"), "utf8")).trim();
  const sent = await fetch(`${realtime.url}/emit`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ namespace: "mcp", room: `mcp:${serverId}`, event: "tools:changed", data: { serverId } }),
  });
  if (!sent.ok) throw new Error(await sent.text());
}
