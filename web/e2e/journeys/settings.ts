import { expect, test } from "vitest";
import type { TestDesktop } from "../test-desktop.ts";

const PROGRAM = "/bin/cat";

/** What an administrator changes without a restart. */
export function settingsJourney(at: () => TestDesktop): void {
  test("a program that is refused is allowed where it is typed, and removed in the settings", async () => {
    const desk = at();
    const { page } = desk;
    await desk.open("/mcp", "MCP servers");
    await page.getByRole("button", { name: "Register" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Program", { exact: true }).fill("bash");
    await dialog.getByText("Only the settings file of the server can allow it.").waitFor();
    expect(await dialog.getByRole("button", { name: "Allow" }).count()).toBe(0);
    await dialog.getByLabel("Program", { exact: true }).fill(PROGRAM);
    await dialog.getByRole("button", { name: `Allow ${PROGRAM}` }).click();
    await dialog.getByText("is not allowed on this server yet").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await desk.open("/settings/mcp", "Settings");
    const list = page.getByRole("list", { name: "Programs that MCP servers may run" });
    await list.getByText(PROGRAM, { exact: true }).waitFor();
    await list.getByRole("button", { name: `Remove ${PROGRAM}` }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await list.getByText(PROGRAM, { exact: true }).waitFor({ state: "detached" });
    await page.getByLabel("Add a program").fill("sudo node");
    await page.getByRole("button", { name: "Add", exact: true }).first().click();
    await page.getByText("Only the settings file of the server can allow it.").waitFor();
  });

  test("a number is checked and saved, and one of the environment is shown as such", async () => {
    const desk = at();
    const { page } = desk;
    await desk.open("/settings/monitoring", "Settings");
    const hours = page.getByLabel("Hours between two checks for newer images");
    const row = page.locator("form").filter({ has: hours });
    await hours.fill("often");
    await row.getByText("Enter a number from 0 to 8760").waitFor();
    expect(await row.getByRole("button", { name: "Save" }).isEnabled()).toBe(false);
    await hours.fill("6");
    await row.getByRole("button", { name: "Save" }).click();
    await row.getByText("Changed by").waitFor();
    await row.getByRole("button", { name: "Use default" }).click();
    await expect.poll(() => hours.inputValue()).toBe("12");
    await page.getByRole("tab", { name: "Storage" }).click();
    await page.getByText("Set by LOG_STORE_MAX_BYTES=67108864 in the environment").waitFor();
    expect(await page.getByLabel("Disk space for log history (GiB)").isEnabled()).toBe(false);
  });

  test("each section has an address, and the releases that run are compared", async () => {
    const { page } = at();
    await page.getByRole("tab", { name: "Server", exact: true }).click();
    await page.waitForURL("**/settings/server");
    await page.getByRole("row", { name: /FILE_MANAGER_ROOT/ }).waitFor();
    await page.getByRole("tab", { name: "About" }).click();
    await page.getByText("All three processes run the same release.").waitFor();
    await page.goBack();
    await page.waitForURL("**/settings/server");
  });
}
