import { beforeAll, expect, test } from "vitest";
import type { TestContainer } from "../../../shared/testing/engine.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import type { TestDesktop } from "../test-desktop.ts";
import { toastShown } from "../toasts.ts";

/** What is done to containers beyond starting and stopping. */
export function lifecycleJourney(at: () => TestDesktop): void {
  let box: TestContainer;
  let other: TestContainer;
  const inspect = (id: string) => at().engine.docker.getContainer(id).inspect();
  const more = async (item: string) => {
    const { page } = at();
    await page
      .locator(".detail-head")
      .getByRole("button", { name: /^More for/ })
      .click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  beforeAll(async () => {
    const { engine } = at();
    const script = "trap 'exit 0' TERM; echo ready; while true; do sleep 0.1; done";
    box = await engine.run({ name: "press", script, env: ["API_TOKEN=abc123"] });
    other = await engine.run({ name: "press", script });
  });

  test("a container is paused, continues, and gets limits while it runs", async () => {
    const { page, open } = at();
    await open(`/services/${box.name}`, "Containers");
    await more("Pause");
    await eventually(async () => (await inspect(box.id)).State.Paused);
    await more("Resume");
    await eventually(async () => !(await inspect(box.id)).State.Paused);
    await more("Limits and restarts…");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Processes").fill("64");
    await dialog.getByLabel("Restart policy").selectOption("unless-stopped");
    await dialog.getByRole("button", { name: "Save" }).click();
    await eventually(async () => {
      const { HostConfig } = await inspect(box.id);
      return HostConfig.PidsLimit === 64 && HostConfig.RestartPolicy?.Name === "unless-stopped";
    });
  });

  test("its processes and the Engine's document are shown, without a secret", async () => {
    const { page } = at();
    await page.getByRole("tab", { name: "Processes" }).click();
    await page
      .getByRole("table", { name: /^Processes of/ })
      .getByText("sleep")
      .first()
      .waitFor();
    await page.getByRole("tab", { name: "Inspect" }).click();
    const document = page.getByRole("region", { name: /^Inspect/ });
    await document.getByText(/"RestartPolicy"/).waitFor();
    expect(await document.innerText()).not.toContain("abc123");
  });

  test("it is renamed and recreated, and the page follows", async () => {
    const { page } = at();
    const name = `${box.name}-two`;
    await more("Rename…");
    await page.getByRole("dialog").getByLabel("Name").fill(name);
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await eventually(async () => (await inspect(box.id)).Name === `/${name}`);
    await at().open(`/services/${name}`, "Containers");
    await more("Recreate…");
    await page.getByRole("dialog").getByRole("button", { name: "Recreate" }).click();
    await eventually(async () => (await inspect(name)).Id !== box.id && (await inspect(name)).State.Running);
    box = { ...box, id: (await inspect(name)).Id, name };
    await toastShown(page, `${name}: recreated`);
  });

  test("what was done to it is in its activity, with an address for each action, and can be searched", async () => {
    const { page, open } = at();
    await page.getByRole("tab", { name: "Activity" }).click();
    const list = page.getByRole("region", { name: `Activity of ${box.name}` });
    const recreated = list.getByRole("link", { name: new RegExp(`ada recreated ${box.name}`) });
    await recreated.waitFor();
    await recreated.click();
    await page.waitForURL(/\/activity\/[\w-]+\?/);
    const title = page.getByRole("heading", { name: `ada recreated ${box.name}` });
    await title.waitFor();
    await page.reload();
    await title.waitFor();
    await page.getByRole("link", { name: box.name, exact: true }).waitFor();
    await open("/activity", "Activity");
    await page.getByRole("searchbox", { name: "Search activity" }).fill(`renamed ${box.name.replace(/-two$/, "")}`);
    const main = page.getByRole("main");
    await main.getByRole("link", { name: /ada recreated/ }).waitFor({ state: "detached" });
    await main.getByRole("link", { name: /ada renamed/ }).waitFor();
    await page.waitForURL(/\/activity\?q=renamed/);
    await open("/audit", "Audit trail");
    await page.getByText(`Recreated ${box.name}`).first().waitFor();
  });

  test("marked containers are stopped and removed together", async () => {
    const { page, open } = at();
    await open("/services", "Containers");
    await page.getByRole("searchbox", { name: "Filter containers" }).fill("-press-");
    await page.getByRole("checkbox", { name: `Select ${box.name}`, exact: true }).check();
    await page.getByRole("checkbox", { name: `Select ${other.name}`, exact: true }).check();
    const bar = page.getByRole("toolbar", { name: "Selected containers" });
    await bar.getByText("2 selected").waitFor();
    await bar.getByRole("button", { name: "Stop" }).click();
    await eventually(async () => !(await inspect(box.id)).State.Running && !(await inspect(other.id)).State.Running);
    await page.getByRole("checkbox", { name: "Select all" }).check();
    await bar.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    for (const { name } of [box, other]) {
      await page.getByRole("checkbox", { name: `Select ${name}`, exact: true }).waitFor({ state: "detached" });
    }
    await page.getByRole("searchbox", { name: "Filter containers" }).fill("");
  });

  test("one that somebody starts at a terminal comes onto the page by itself", async () => {
    const { page, engine } = at();
    const made = await engine.run({ name: "fresh" });
    await page.getByText(made.name).first().waitFor();
    await made.container.remove({ force: true });
  });

  test("the tab that is open stays while a container is away for a moment, as one that is recreated", async () => {
    const { page, engine, open } = at();
    const box = await engine.run({ name: "away" });
    await open(`/services/${box.name}?tab=details`, "Containers");
    const details = page.getByRole("tab", { name: "Details", exact: true });
    await details.waitFor();
    for (let round = 0; round < 5; round++) {
      await box.container.rename({ name: `${box.name}.before` });
      await details.waitFor({ state: "detached" });
      await box.container.rename({ name: box.name });
      await details.and(page.locator("[aria-selected=true]")).waitFor();
    }
    expect(new URL(page.url()).searchParams.get("tab")).toBe("details");
  });
}
