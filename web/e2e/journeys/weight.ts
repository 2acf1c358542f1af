import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { eventually } from "../../../shared/testing/eventually.ts";
import type { TestDesktop } from "../test-desktop.ts";
import { settled } from "./pages.ts";

/**
 * Collects the requests of a page, and the bytes of their responses as they come over the wire. The bytes are those of the first
 * response of each address: a list is fetched again where the connection took longer than it waits, as on a busy machine.
 */
async function weigh(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const addresses: string[] = [];
  const addressOf = new Map<string, string>();
  const bytesOf = new Map<string, number>();
  session.on("Network.requestWillBeSent", ({ requestId, request: { url } }) => {
    addresses.push(url);
    addressOf.set(requestId, url);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const address = addressOf.get(requestId) ?? requestId;
    if (!bytesOf.has(address)) bytesOf.set(address, encodedDataLength);
  });
  return { addresses, bytes: () => [...bytesOf.values()].reduce((sum, bytes) => sum + bytes, 0) };
}

/** What a page costs that has been opened for the first time. */
export function weightJourney(at: () => TestDesktop): void {
  test("the sign-in page takes at most 60 kB", async () => {
    const { visit, stack } = at();
    const { page } = await visit();
    const weight = await weigh(page);
    await page.goto(`${stack.origin}/`);
    await page.getByRole("button", { name: "Sign in" }).first().waitFor();
    await page.evaluate(() => document.fonts.ready);
    expect(weight.bytes(), weight.addresses.join("\n")).toBeLessThan(60_000);
    await page.context().close();
  });

  test("the list of containers takes fewer than 25 requests and 200 kB, and a change fetches its row alone", async () => {
    const { visit, stack, engine, page: signedIn } = at();
    const boxes = await Promise.all(Array.from({ length: 5 }, () => engine.run()));
    const names = boxes.map(({ name }) => name);
    const { page, context } = await visit();
    await context.addCookies(await signedIn.context().cookies());
    const weight = await weigh(page);
    await page.goto(`${stack.origin}/services`);
    for (const name of names) await page.getByText(name).first().waitFor();
    await settled(page);
    // Containers of other tests that change meanwhile have their rows fetched as well.
    const own = weight.addresses.filter((url) => !url.includes("?ids=") || boxes.some(({ id }) => url.includes(id)));
    expect(new Set(own).size, weight.addresses.join("\n")).toBeLessThan(25);
    expect(weight.bytes(), weight.addresses.join("\n")).toBeLessThan(200_000);

    // The whole list is fetched now and then as well, and after a connection that was lost: then the next one tells.
    await eventually(async () => {
      const name = names.pop() ?? (await engine.run()).name;
      const row = page.getByRole("row").filter({ hasText: name });
      await row.getByText("Running").waitFor();
      const before = weight.addresses.length;
      await engine.docker.getContainer(name).kill();
      await row.getByText("Killed").or(row.getByText("Exited")).first().waitFor();
      const lists = weight.addresses.slice(before).filter((address) => /\/api\/services$/.test(address));
      expect(lists).toEqual([]);
    });
    await context.close();
  });
}
