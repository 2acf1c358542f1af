import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { eventually } from "../../../shared/testing/eventually.ts";
import { downloaded, type TestDesktop } from "../test-desktop.ts";
import { toastShown } from "../toasts.ts";
import { clickUntil } from "./acts.ts";

const NAME = "shop";
const source = `
let n = 0;
console.log("started with pid", process.pid);
setInterval(() => console.log("sale", ++n), 200);
setInterval(() => console.error("refund", n), 1000);
`;

/** A PM2 process, listed, read and restarted. */
export function deploymentsJourney(at: () => TestDesktop): void {
  test("a process that PM2 starts is listed, and its log followed live", async () => {
    const desk = at();
    const { page } = desk;
    await desk.open("/deployments", "Processes");
    await desk.pm2.start({ name: NAME, source });
    const row = page.getByRole("row").filter({ hasText: NAME });
    await row.getByText("Online").waitFor();
    await row.click();
    const log = page.getByRole("log");
    await log
      .getByText(/^sale \d+$/)
      .first()
      .waitFor();
    const before = await lastSale(log);
    await eventually(async () => (await lastSale(log)) >= before + 5);
    await page.getByRole("button", { name: "More tools" }).click();
    const kept = await downloaded(page, () =>
      page.getByRole("button", { name: "Download all matching lines" }).click(),
    );
    const sales = [...kept.matchAll(/sale (\d+)/g)].map(([, number]) => Number(number));
    expect(sales).toEqual(sales.map((_, index) => (sales[0] ?? 0) + index));
    await page.getByLabel("Stream", { exact: true }).selectOption({ label: "stderr" });
    await log
      .getByText(/refund \d+/)
      .first()
      .waitFor();
    await page.getByLabel("Stream", { exact: true }).selectOption({ label: "All output" });
  });

  test("a restart counts, gives it another pid, and its log continues", async () => {
    const { page } = at();
    await page.getByRole("tab", { name: "Instances" }).click();
    const table = page.getByRole("table", { name: `Instances of ${NAME}` });
    const cells = table.getByRole("row").last().getByRole("cell");
    const before = await cells.allInnerTexts();
    expect(before).toContain("0"); // restarts
    const restart = page.locator(".detail-head").getByRole("button", { name: `Restart ${NAME}`, exact: true });
    await clickUntil(restart, async () => {
      const now = await cells.allInnerTexts();
      return now[2] !== before[2] && Number(now[5]) > 0 && now[1]?.includes("Online") === true;
    });
    await page.getByRole("tab", { name: "Logs" }).click();
    await page.getByRole("button", { name: "More tools" }).click();
    const download = page.getByRole("button", { name: "Download all matching lines" });
    // In the whole log: the page keeps the lines in view alone.
    await eventually(async () => {
      const kept = await downloaded(page, () => download.click());
      const [, ...runs] = kept.split(/started with pid \d+/);
      expect(runs.length).toBeGreaterThan(1);
      expect(runs.at(-1)).toMatch(/sale 3\n/);
    });
    const log = page.getByRole("log");
    const last = await lastSale(log);
    await eventually(async () => (await lastSale(log)) > last);
  });

  test("stop and start from the page reach PM2", async () => {
    const { page, pm2 } = at();
    const head = page.locator(".detail-head");
    const start = head.getByRole("button", { name: `Start ${NAME}`, exact: true });
    const stop = head.getByRole("button", { name: `Stop ${NAME}`, exact: true });
    await clickUntil(stop, () => start.isVisible());
    const [listed] = JSON.parse(await pm2.command("jlist", "--silent")) as { pm2_env: { status: string } }[];
    expect(listed?.pm2_env.status).toBe("stopped");
    await clickUntil(start, () => stop.isVisible());
  });

  test("its menu resets the counts, and names the size of the logs before they are emptied", async () => {
    const { page, pm2 } = at();
    const choose = async (item: string) => {
      await page
        .locator(".detail-head")
        .getByRole("button", { name: `More for ${NAME}` })
        .click();
      await page.getByRole("menuitem", { name: item }).click();
    };
    await choose("Reset restart counts");
    await toastShown(page, `${NAME} counts restarts from zero`);
    const [listed] = JSON.parse(await pm2.command("jlist", "--silent")) as { pm2_env: { restart_time: number } }[];
    expect(listed?.pm2_env.restart_time).toBe(0);
    await choose("Empty logs…");
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/Deletes [\d.,]+ (B|KiB) in its log files/).waitFor();
    await dialog.getByRole("button", { name: "Empty logs" }).click();
    await toastShown(page, `${NAME} has empty logs`);
  });

  test("its details name its variables and ports, and its use over seven days is drawn", async () => {
    const { page } = at();
    await page.getByRole("tab", { name: "Details" }).click();
    await page.getByText("No TCP port").waitFor();
    await page.getByText("PM2_HOME", { exact: true }).waitFor();
    await page.getByRole("tab", { name: "Instances" }).click();
    const week = page.waitForResponse((response) => response.url().endsWith(`/${NAME}/history?range=7d`));
    await page.getByText("7 days", { exact: true }).click();
    expect((await week).status()).toBe(200);
  });

  test("the list that a reboot starts is saved after it is shown, with the names of its variables", async () => {
    const { page, pm2 } = at();
    await page.getByRole("button", { name: "Close", exact: true }).click();
    // Where systemd does not run, the summary is about the unit or the list.
    await page.getByRole("button", { name: /for a reboot|after a reboot/i }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("with values in clear").waitFor();
    await dialog.getByText("is added").waitFor();
    // The list is read again every few seconds, and the dialog stays.
    for (let readings = 0; readings < 2; readings++) {
      await page.waitForResponse((response) => response.url().endsWith("/api/deployments"));
    }
    await dialog.getByRole("button", { name: "Save the list" }).click();
    await toastShown(page, "PM2's list is saved");
    const saved = JSON.parse(await readFile(join(pm2.home, "dump.pm2"), "utf8")) as { name: string }[];
    expect(saved.map(({ name }) => name)).toEqual([NAME]);
  });

  test("a process is created after a preview, by keyboard, with its errors at their fields", async () => {
    const { page, pm2 } = at();
    await page.getByRole("button", { name: "Create process" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Script or command").fill("gone.mjs");
    await dialog.getByLabel("Working directory").fill(pm2.home);
    await dialog.getByRole("button", { name: "Add variable" }).click();
    await dialog.getByLabel("Name of variable 1").fill("TOKEN");
    await dialog.getByLabel("Value of variable 1").fill("very-secret");
    await page.keyboard.press("Enter");
    await dialog.getByText("No such file, and no such command.").waitFor();
    await dialog.getByLabel("Script or command").fill(`${NAME}.mjs`);
    await dialog.getByLabel("Arguments", { exact: true }).fill("--port 8080 'two words'");
    await dialog.getByLabel("Name", { exact: true }).fill("made here");
    await page.keyboard.press("Enter");
    await dialog.getByText("Nothing has been started yet.").waitFor();
    await dialog.getByText("two words", { exact: true }).waitFor();
    expect(await dialog.innerText()).not.toContain("very-secret");
    await dialog.getByRole("button", { name: "Create process" }).click();
    await page.getByRole("heading", { name: "made here" }).waitFor();
    const listed = JSON.parse(await pm2.command("jlist", "--silent")) as {
      name: string;
      pm2_env: { args: string[] };
    }[];
    expect(listed.find(({ name }) => name === "made here")?.pm2_env.args).toEqual(["--port", "8080", "two words"]);
  });
}

const lastSale = async (log: Locator): Promise<number> =>
  Number(
    /\d+$/.exec(
      await log
        .getByText(/^sale \d+$/)
        .last()
        .innerText(),
    )?.[0],
  );
