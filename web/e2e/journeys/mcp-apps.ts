import { join } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { projectFolder } from "../../../shared/testing/service-process.ts";
import type { TestDesktop } from "../test-desktop.ts";

const program = join(projectFolder, "shared/testing/probes/mcp-app-server.ts");

/** What the browser says in the console when it stops an app. */
const stopped =
  /Content Security Policy|sandboxed|Unsafe attempt|Failed to navigate|Blocked|ERR_BLOCKED|cross-origin frame|SecurityError/i;

/** An app of an MCP server in its sandbox, an honest one and one that tries to leave it. */
export function mcpAppsJourney(at: () => TestDesktop): void {
  test("an app shows a result, asks before it changes something, and a hostile one gets out of nothing", async () => {
    const desk = at();
    const { page } = desk;
    const { ask } = desk.admin();
    const transport = { type: "stdio", command: process.execPath, args: [program] };
    const { server } = await ask<{ server: { id: string } }>("POST", "/api/mcp", { name: "apps", transport });
    await ask("POST", `/api/mcp/${server.id}/start`);
    const call = async (tool: string, field: string, value: string) => {
      await desk.open(`/mcp/${server.id}?tool=${tool}`, "apps");
      await page.getByRole("textbox", { name: field, exact: true }).fill(value);
      await page.getByRole("button", { name: "Call tool" }).click();
      await page
        .getByRole("region", { name: "Recent calls" })
        .getByRole("button", { name: "App", exact: true })
        .click();
      return page.frameLocator("iframe");
    };

    const honest = await call("show", "text", "from the call");
    for (const text of ["input from the call", "result from the call", "free was called", /^theme (light|dark)$/]) {
      await honest.getByText(text).waitFor();
    }
    const height = () => page.locator("iframe").evaluate((frame) => frame.clientHeight);
    await expect.poll(height).toBe(420);
    await honest.getByRole("button", { name: "Send" }).click();
    await honest.getByText("form seen").waitFor();
    await honest.getByRole("button", { name: "Change" }).click();
    await page.getByText("The app wants to call the tool change with").waitFor();
    // The app has asked for another height since: the buttons of a question stay where they are.
    expect(await height()).toBe(420);
    await page.getByRole("button", { name: "Allow" }).click();
    await expect.poll(height).toBe(500);
    await honest.getByText("changed change was called").waitFor();
    await honest.getByRole("button", { name: "Bad" }).click();
    await honest.getByText("refused at once").waitFor();
    await honest.getByRole("button", { name: "Away" }).click();
    await page.getByText("https://example.com/away").waitFor();
    await page.getByRole("button", { name: "Refuse" }).click();
    await honest.getByText("not opened").waitFor();

    const since = desk.problems.length;
    const hostile = await call("attack", "api", desk.stack.api.url);
    await hostile.getByText("all tried").waitFor();
    const tried = await hostile.getByRole("listitem").allTextContents();
    expect(tried.filter((text) => !/: blocked$/.test(text))).toEqual([]);
    expect(tried).toHaveLength(10);
    await hostile.getByRole("button", { name: "Flood" }).click();
    await page.getByText("The app was stopped: it sent more messages than the page takes.").waitFor();
    expect(page.url()).toContain(desk.stack.origin);
    await page.getByRole("button", { name: "Open again" }).click();
    await hostile.getByRole("button", { name: "Leave" }).click();
    await expect.poll(() => desk.problems.slice(since).some((text) => /frame-src/.test(text))).toBe(true);
    desk.expected(stopped, since);

    const outside = await call("outside", "text", "x");
    await page.getByText("https://api.example.com", { exact: true }).waitFor();
    await page.getByText("https://127.0.0.1", { exact: true }).waitFor();
    expect(await page.locator("iframe").count()).toBe(0);
    await page.getByRole("button", { name: "Run app" }).click();
    await outside.getByText("outside").waitFor();
    await page.getByRole("button", { name: "Text", exact: true }).click();
    await page.locator("iframe").waitFor({ state: "detached" });
    await ask("DELETE", `/api/mcp/${server.id}`);
  });
}
