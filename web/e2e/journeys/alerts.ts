import { expect, test } from "vitest";
import { eventually, HANG_MS } from "../../../shared/testing/eventually.ts";
import { type Receiver, startReceiver } from "../../../shared/testing/peers/receiver.ts";
import type { TestDesktop } from "../test-desktop.ts";
import { toastShown } from "../toasts.ts";

/** From a channel and a rule to the bell, on a container that really is unhealthy. */
export function alertsJourney(at: () => TestDesktop): void {
  let receiver: Receiver;

  test("a channel is made, and its test button sends a real message", async () => {
    const desk = at();
    receiver = await startReceiver();
    desk.later(async () => receiver.close());
    const { page } = desk;
    await desk.open("/alerts", "Alerts");
    await page.getByRole("tab", { name: "Channels" }).click();
    await page.getByText("No channels yet").waitFor();
    await page.getByRole("button", { name: "Add channel" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("Ops <b>hook</b>");
    await dialog.getByLabel("Address").fill(`${receiver.url}/secret-path`);
    await dialog.getByRole("button", { name: "Add channel" }).click();
    await dialog.getByRole("button", { name: "Use for all rules" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("default", { exact: true }).waitFor();
    await page.getByRole("tab", { name: "Rules" }).click();
    expect(await page.getByText("to bell, Ops <b>hook</b> (default channel)").count()).toBe(6);
    await page.getByRole("tab", { name: "Channels" }).click();
    await page.getByRole("button", { name: "Test Ops" }).click();
    await page.getByText("The receiver accepted the message.").waitFor();
    expect(receiver.received.map(({ path }) => path)).toEqual(["/secret-path"]);
    expect(await page.content()).not.toContain("secret-path");
    const since = desk.problems.length;
    receiver.answer.status = 500;
    await page.getByRole("button", { name: "Test Ops" }).click();
    await page.getByRole("alert").getByText("The receiver answered with status 500.").waitFor();
    receiver.answer.status = 200;
    expect(desk.expected(/status of 503/, since).length).toBeGreaterThan(0);
  });

  test("a rule of the editor finds an unhealthy container: in the list, on its row, by the bell and the channel", async () => {
    const desk = at();
    const { page } = desk;
    const box = await desk.engine.run({ name: "ailing", health: "false" });
    await page.getByRole("tab", { name: "Rules" }).click();
    await page.getByText("Container unhealthy", { exact: true }).waitFor(); // one of the first start
    await page.getByRole("button", { name: "Add rule" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Add rule" }).click();
    await dialog.getByText("A name is needed.").waitFor();
    await dialog.getByLabel("Name", { exact: true }).fill("Ailing boxes");
    const names = dialog.getByRole("combobox", { name: "Container names" });
    await names.fill(`${box.name.slice(0, -4)}*`);
    await names.press("Enter");
    await dialog.getByText("matches 1 now").waitFor();
    await names.fill("comes-later"); // typed, and not confirmed by a key
    await dialog.getByLabel("For at least (seconds)").fill("0");
    await dialog.getByLabel("Severity").selectOption("critical");
    await dialog.getByText("not there now: applies when it exists").waitFor();
    expect(await dialog.getByLabel("Default channel: Ops <b>hook</b>").isChecked()).toBe(true);
    await dialog.getByRole("button", { name: "Add rule" }).click();
    await dialog.waitFor({ state: "detached" });

    await page.getByRole("button", { name: /^Notifications, \d+ unread$/ }).waitFor();
    const panel = page.getByRole("dialog", { name: "Notifications" });
    // Another one may come after these were read.
    await eventually(async () => {
      await page.getByRole("button", { name: /^Notifications/ }).click();
      await panel
        .getByRole("button", { name: new RegExp(box.name) })
        .first()
        .waitFor();
      await page.keyboard.press("Escape");
      await panel.waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Notifications", exact: true }).waitFor({ timeout: 10_000 });
    });

    await page.getByRole("tab", { name: "Now" }).click();
    const row = page.getByRole("listitem").filter({ hasText: "Ailing boxes" });
    await row.getByRole("button", { name: `Acknowledge ${box.name}` }).click();
    await row.getByText(/acknowledged by/).waitFor();
    await desk.open("/services", "Containers");
    await page.getByRole("row").filter({ hasText: box.name }).getByText("Ailing boxes", { exact: true }).waitFor();
    await expect
      .poll(() => receiver.received.some(({ body }) => body.includes("Ailing boxes")), { timeout: HANG_MS })
      .toBe(true);
    await box.container.remove({ force: true });
    await desk.open("/alerts", "Alerts");
    await row.waitFor({ state: "detached" });
    await page.getByRole("tab", { name: "History" }).click();
    await page.getByRole("listitem").filter({ hasText: "Ailing boxes" }).getByText("Resolved").first().waitFor();
  });

  test("the removal of a user names the rules that stay, and a rule on logs says that it is held back", async () => {
    const desk = at();
    const { page } = desk;
    const { ask } = desk.admin();
    const limits = { services: null, deployments: null };
    const password = "a quiet green boat to Bergen";
    await ask("POST", "/api/users", { username: "leaver", role: "operator", password, limits });
    const origin = desk.stack.origin;
    const headers = { Origin: origin, "Content-Type": "application/json" };
    const post = (path: string, body: object, more = {}) =>
      fetch(`${desk.stack.api.url}${path}`, {
        method: "POST",
        headers: { ...headers, ...more },
        body: JSON.stringify(body),
      });
    const login = await post("/api/session", { username: "leaver", password });
    const cookie = login.headers.get("set-cookie")?.split(";")[0] ?? "";
    const condition = { kind: "container-log", count: 1, withinSeconds: 60, pattern: "secret" };
    expect((await post("/api/alerts/rules", { name: "Left rule", condition }, { Cookie: cookie })).status).toBe(201);
    await desk.open("/users", "Users");
    await page.getByRole("button", { name: "Actions for leaver" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete user" }).click();
    await toastShown(page, "leaver leaves alert rules and channels: “Left rule”");
    await desk.open("/alerts", "Alerts");
    await page.getByRole("tab", { name: "Rules" }).click();
    const row = page.getByRole("listitem").filter({ hasText: "Left rule" });
    await row.getByText("made by removed user").waitFor();
    await row.getByText("held back", { exact: true }).waitFor();
  });
}
