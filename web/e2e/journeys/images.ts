import { randomBytes } from "node:crypto";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { startRegistry, type TestRegistry } from "../../../shared/testing/peers/registry.ts";
import type { TestDesktop } from "../test-desktop.ts";
import { toastShown } from "../toasts.ts";

/** What an image brings, from its pull to the way back after an update; and what containers leave on the disk. */
export function imagesJourney(at: () => TestDesktop): void {
  const mark = `aid-test-${randomBytes(4).toString("hex")}`;
  const healthy = { healthcheck: ["true"], labels: { evil: '"><script>alert(1)</script>' } };
  let registry: TestRegistry;
  let reference: string;
  const dialog = (page: Page) => page.getByRole("dialog");
  const rowOf = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });

  test("an image is pulled with the progress of its layers, and its labels are shown as text", async () => {
    const { engine, page, later, open } = at();
    registry = await startRegistry();
    reference = `${registry.host}/shop:1`;
    later(async () => {
      for (const { Id, RepoTags, RepoDigests } of await engine.docker.listImages()) {
        const ours = [...(RepoTags ?? []), ...(RepoDigests ?? [])].some((name) => /shop/.test(name) && hasMark(name));
        if (ours) await engine.docker.getImage(Id).remove({ force: true });
      }
      await registry.stop();
    });
    const hasMark = (name: string) => name.includes(registry.host) || name.includes(mark);
    await registry.push(engine.docker, "shop:1", { ...healthy, bytes: 200_000 });
    await open("/images", "Images");
    await page.getByRole("button", { name: "Pull image" }).click();
    await dialog(page).getByLabel("Image", { exact: true }).fill(reference);
    await dialog(page).getByText("shop, 1.").waitFor();
    await dialog(page).getByRole("button", { name: "Pull", exact: true }).click();
    await dialog(page)
      .getByText(/19\d KiB \/ 19\d KiB/)
      .waitFor();
    await dialog(page).getByRole("button", { name: "Close" }).last().click();
    await rowOf(page, reference).click();
    await page.getByText('"><script>alert(1)</script>').waitFor();
    await page.getByText("No containers use it.").waitFor();
  });

  test("a newer one is shown, updated to, and left again with one click", async () => {
    const { engine, page, later, open } = at();
    const name = `${mark}-shop`;
    const made = await engine.docker.createContainer({
      Image: reference,
      name,
      StopTimeout: 0,
      HostConfig: { NetworkMode: "host" },
    });
    later(() => engine.docker.getContainer(name).remove({ force: true }));
    await made.start();
    await registry.push(engine.docker, "shop:1", healthy);
    await open(`/services/${name}`, name);
    await page.getByRole("tab", { name: "Details" }).click();
    await page.getByRole("button", { name: "Check now" }).click();
    await page.getByText("A newer image is available").waitFor();
    await page.getByRole("button", { name: "Update", exact: true }).click();
    await dialog(page).getByRole("button", { name: "Update", exact: true }).click();
    await page.getByText("Up to date", { exact: true }).waitFor();
    const back = page.getByRole("button", { name: "Roll back", exact: true });
    await back.click();
    await dialog(page).getByRole("button", { name: "Roll back" }).click();
    await page.getByText("A newer image is available").waitFor();
    const before = await made.inspect().catch(() => undefined);
    expect(before).toBeUndefined(); // it was recreated, twice
    expect((await engine.docker.getContainer(name).inspect()).State.Running).toBe(true);
  });

  test("a volume and a network are made in the page, and the network takes a container in", async () => {
    const { engine, page, open } = at();
    const box = await engine.run({ name: "joins", network: "none" });
    await engine.docker.getNetwork("none").disconnect({ Container: box.id });
    await open("/volumes", "Volumes");
    await page.getByRole("button", { name: "Create volume" }).click();
    await dialog(page).getByLabel("Name").fill(mark);
    await dialog(page).getByRole("button", { name: "Create volume" }).click();
    await page.getByText("No containers use it.").waitFor();

    await open("/networks", "Networks");
    await page.getByRole("button", { name: "Create network" }).click();
    await dialog(page).getByLabel("Name").fill(mark);
    await dialog(page).getByRole("button", { name: "Create network" }).click();
    await page.getByRole("button", { name: "Connect a container" }).last().click();
    await dialog(page).getByLabel("Container").selectOption({ label: box.name });
    await dialog(page).getByRole("button", { name: "Connect", exact: true }).click();
    await page.getByRole("link", { name: box.name }).waitFor();
    await page.getByRole("button", { name: `Disconnect ${box.name}` }).click();
    await dialog(page).getByRole("button", { name: "Disconnect", exact: true }).click();
    await page.getByText("No containers connected").waitFor();
    await page.getByRole("button", { name: "Remove network" }).click();
    await dialog(page).getByRole("button", { name: "Remove network" }).click();
    await toastShown(page, `${mark} has been removed`);
  });

  test("cleaning up shows what would go, and takes what is ticked alone", async () => {
    const { engine, page, open } = at();
    await open("/disk", "Disk");
    await page.getByRole("button", { name: "Clean up" }).click();
    const groups = dialog(page).locator(".prune-head input");
    await groups.first().waitFor();
    for (const box of await groups.all()) await box.uncheck();
    await dialog(page).getByRole("button", { name: "Select something to remove" }).waitFor();
    await dialog(page).getByRole("button", { name: "Show unused named volumes" }).click();
    await dialog(page).getByRole("checkbox", { name: mark }).check();
    await dialog(page).getByText("no copy of it is kept").waitFor();
    await dialog(page).getByRole("button", { name: "Remove 1 item, 0 B" }).click();
    await dialog(page).getByText("1 item removed").waitFor();
    await expect(engine.docker.getVolume(mark).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });
}
