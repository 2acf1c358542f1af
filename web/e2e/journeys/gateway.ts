import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { HANG_MS } from "../../../shared/testing/eventually.ts";
import type { TestDesktop } from "../test-desktop.ts";

const NAME = "everything-2";

/** The MCP gateway: turned on, one server exposed, a tool switched off. After {@link mcpJourney}, whose server runs. */
export function gatewayJourney(at: () => TestDesktop): void {
  test("the gateway is turned on, a server is exposed, and one of its tools is switched off", async () => {
    const desk = at();
    const { page } = desk;
    await desk.open("/mcp", "MCP servers");
    await page
      .getByRole("button", { name: `Start ${NAME}`, exact: true })
      .first()
      .click();
    await page
      .getByRole("button", { name: `Stop ${NAME}`, exact: true })
      .first()
      .waitFor();
    await page.getByRole("link", { name: "Gateway" }).click();
    await page.getByRole("heading", { name: "MCP gateway", level: 1 }).waitFor();
    expect(await page.locator("pre").textContent()).toContain("/api/agent/mcp");
    await page.getByLabel("Turn the gateway on").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".page-note").getByText("On", { exact: true }).waitFor();

    await page.getByRole("tab", { name: "Servers" }).click();
    const card = page.locator("section.card", { hasText: NAME });
    await card.getByLabel("Exposed").check();
    await card.locator("summary", { hasText: "Tools" }).click();
    const echo = card.getByLabel(`${NAME}__echo`);
    await echo.uncheck();
    await card
      .getByText(/\d+ of \d+ on/)
      .first()
      .waitFor();
    await page.reload();
    await card.locator("summary", { hasText: "Tools" }).click();
    await expect.poll(() => echo.isChecked()).toBe(false);

    await page.getByRole("tab", { name: "Clients" }).click();
    await page.getByText("No API key has the scope mcp:call yet").waitFor();
    await page.getByRole("tab", { name: "Calls" }).click();
    await page.getByText("No calls yet").waitFor();
  });

  test("a client's call is shown while it runs, and stopped", async () => {
    const desk = at();
    const { page, stack } = desk;
    const key = { name: "agent", role: "operator", days: 1, scopes: ["mcp:call"] };
    const { secret } = await desk.admin().ask<{ secret: string }>("POST", "/api/keys", key);
    const client = new Client({ name: "journey", version: "1" });
    const headers = { Authorization: `Bearer ${secret}` };
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${stack.api.url}/api/agent/mcp`), { requestInit: { headers } }),
    );
    const name = `${NAME}__trigger-long-running-operation`;
    const stopped = client
      .callTool({ name, arguments: { duration: 600, steps: 2 } }, { timeout: HANG_MS })
      .catch(String);
    const row = page.getByRole("row").filter({ hasText: name });
    await row.getByText("Running", { exact: true }).waitFor();
    expect((await row.getByText(name).boundingBox())?.width).toBeGreaterThan(200);
    await row.getByRole("button", { name: "Stop" }).click();
    await row.getByText("Stopped", { exact: true }).waitFor();
    expect(await stopped).toContain("stopped in the panel");
    await client.close();
  });
}
