import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { TestDesktop } from "../test-desktop.ts";

/** From the card of a service to the service that runs, by way of its credentials. */
export function catalogueJourney(at: () => TestDesktop): void {
  const name = `aid-test-${randomBytes(4).toString("hex")}`;

  test("a service is found, shown to the letter, and installed with its progress", async () => {
    const { page, engine, later, open, catalogueImage } = at();
    later(async () => {
      await engine.docker.getContainer(name).remove({ force: true });
      await engine.docker.getVolume(`${name}-data`).remove();
      await engine.docker.getNetwork(name).remove();
      await engine.docker.getImage(`${catalogueImage}:1`).remove({ force: true });
    });
    await open("/catalogue", "Catalogue");
    await page.getByLabel("Search the catalogue").fill("greet");
    await page.getByRole("link", { name: /Greeter/ }).click();
    await page.getByRole("heading", { name: "Greeter" }).waitFor();
    await page.getByLabel("Name", { exact: true }).fill("not a name");
    await page.getByText("2 to 63 letters, digits").waitFor();
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("User", { exact: true }).fill("eve");
    await page.getByLabel("Network").selectOption("own");
    await page.reload();
    await page.getByText("Unsaved draft restored.").waitFor();
    expect(await page.getByLabel("User", { exact: true }).inputValue()).toBe("eve");
    const preview = page.getByRole("region", { name: "Preview of the container" });
    await preview.getByText(`docker network create ${name}`).waitFor();
    await preview.getByText("GREETER_PASSWORD=••••••••").waitFor();
    await preview.getByText("--publish 127.0.0.1:").waitFor();
    await page.getByRole("button", { name: "Install Greeter" }).click();
    await page.getByText(`Pull ${catalogueImage}:1`).waitFor();
    await page.getByRole("button", { name: "Show the credentials" }).waitFor();
  });

  test("its credentials are shown once, and its page answers", async () => {
    const { page, engine, open } = at();
    await page.reload(); // the way to them is in the address
    await page.getByRole("button", { name: "Show the credentials" }).click();
    await page.getByText("Save these now").waitFor();
    const { Config } = await engine.docker.getContainer(name).inspect();
    const password = Config.Env.find((line) => line.startsWith("GREETER_PASSWORD="))?.split("=")[1] ?? "";
    await page.getByText(password, { exact: true }).waitFor();
    const address = await page.getByRole("link", { name: "Open its page" }).getAttribute("href");
    expect(await (await fetch(address ?? "")).text()).toContain("hello");

    await page.reload();
    await page.getByRole("button", { name: "Show the credentials" }).click();
    await page.getByRole("alert").waitFor();
    expect(await page.content()).not.toContain(password);
    await page.getByRole("link", { name: "Open the container" }).click();
    await page.getByRole("heading", { name }).first().waitFor();
    await open("/catalogue", "Catalogue");
    const card = page.getByRole("listitem").filter({ hasText: "Greeter" });
    const link = card.getByRole("link", { name: "installed" });
    // Until the containers are listed, it leads to those with the image.
    await expect.poll(() => link.getAttribute("href")).toBe(`/services/${name}`);
  });
}
