import process from "node:process";
import { expect, test } from "vitest";
import type { TestDesktop } from "../test-desktop.ts";
import { logIn } from "./access.ts";
import { rowOf } from "./services.ts";

const VIEWER = { username: "vera", password: "a horse that only looks on" };

/** Somebody who may look, and no more. */
export function viewerJourney(at: () => TestDesktop): void {
  test("sees what runs and finds no button to change it; the server refuses all the same", async () => {
    const desk = at();
    const { page, stack } = desk;
    const box = await desk.engine.run({ name: "seen", script: "echo seen by all; exec sleep 1000000" });
    await desk.pm2.start({ name: "shop", source: "setInterval(() => {}, 1000);" });
    await desk.admin().ask("POST", "/api/mcp", {
      name: "everything",
      transport: { type: "stdio", command: process.execPath, args: ["--version"] },
    });
    await desk.open("/users", "Users");
    await page.getByRole("button", { name: "Add user" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("User name").fill(VIEWER.username);
    await dialog.getByLabel("Role").selectOption("viewer");
    await dialog.getByLabel("Password", { exact: true }).fill(VIEWER.password);
    await dialog.getByLabel("Limit to containers").check();
    const access = dialog.getByRole("region", { name: "What this gives access to" });
    await dialog.getByRole("option", { name: box.name }).click();
    await access.getByText(`container ${box.name}, with logs and metrics`).waitFor();
    await access.getByRole("listitem").filter({ hasText: "every MCP server" }).getByText("not limited").waitFor();
    await dialog.getByLabel("Role").selectOption("operator");
    const files = access.getByRole("listitem").filter({ hasText: "every file in Files" });
    await files.getByText("not limited").first().waitFor();
    await access.getByText("start MCP servers and call every tool").waitFor();
    await access.getByText(/images, volumes, networks, disk clean-up, stacks/).waitFor(); // under "No access"
    await dialog.getByLabel("Role").selectOption("viewer");
    await dialog.getByLabel("Limit to containers").uncheck();
    await dialog.getByRole("button", { name: "Add user" }).click();
    await page.getByRole("grid", { name: "Users" }).getByText(VIEWER.username).waitFor();

    const viewer = await desk.visit();
    await viewer.page.goto(`${stack.origin}/services`);
    await logIn(viewer.page, VIEWER.password, VIEWER.username);
    await rowOf(viewer.page, box).click();
    await viewer.page.getByRole("log").getByText("seen by all").waitFor();
    const nav = viewer.page.getByRole("navigation", { name: "Main" });
    for (const name of ["Files", "Users", "Audit trail"]) expect(await nav.getByText(name).count()).toBe(0);
    const actions = /^((Start|Stop|Restart|Reload|Remove|Delete|Edit|New) \S|Register|Upload)/;
    for (const path of ["/services", `/services/${box.name}`, "/deployments", "/deployments/shop", "/mcp"]) {
      await viewer.page.goto(`${stack.origin}${path}`);
      await viewer.page.getByRole("main").getByRole("heading").first().waitFor();
      await viewer.page.getByRole("main").locator("table").first().waitFor();
      expect(await viewer.page.getByRole("button", { name: actions }).allInnerTexts(), path).toEqual([]);
    }

    // The palette finds what a viewer sees, and offers nothing that a viewer may not do.
    await viewer.page.keyboard.press("Control+k");
    await viewer.page.getByRole("combobox").fill(box.name);
    await viewer.page.getByRole("option", { name: `Log ${box.name}` }).waitFor();
    expect(await viewer.page.getByRole("option", { name: actions }).allInnerTexts()).toEqual([]);
    await viewer.page.keyboard.press("Escape");

    const headers = { Origin: stack.origin };
    const ask = (path: string) => viewer.context.request.post(`${stack.api.url}/api${path}`, { headers });
    expect((await ask(`/services/${box.id}/stop`)).status()).toBe(403);
    expect((await ask("/deployments/shop/restart")).status()).toBe(403);
    expect((await viewer.context.request.get(`${stack.api.url}/api/files?path=/`)).status()).toBe(403);
    expect((await box.container.inspect()).State.Running).toBe(true);

    // What has no entry in the navigation says calmly that it is not for everybody.
    await viewer.page.goto(`${stack.origin}/audit`);
    await viewer.page
      .getByText(/may not|not allowed|role/i)
      .first()
      .waitFor();
    await viewer.context.close();
  });
}
