import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { TestContainer } from "../../../shared/testing/engine.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { projectFolder } from "../../../shared/testing/service-process.ts";
import type { TestDesktop } from "../test-desktop.ts";

const program = join(projectFolder, "node_modules/@modelcontextprotocol/server-everything/dist/index.js");
const compose = "services:\n  web:\n    image: busybox:local\n    command: echo one\n";

/** What a person sees of where they are: the address and the title of the browser's tab. */
type Place = [address: string, title: string];

interface Step {
  open: (page: Page) => Promise<unknown>;
  place: Place;
  /** It adjusts what is shown: no step of the history. */
  replaces?: true;
}

/** Every state has an address and a title, which a reload, back and forward lead to. */
export function addressesJourney(at: () => TestDesktop): void {
  let box: TestContainer;
  let host: string;
  let server: string;
  let pushed: Place[];

  const placeOf = async (page: Page): Promise<Place> => {
    const { pathname, search } = new URL(page.url());
    return [pathname + search, await page.title()];
  };
  const arrives = async (page: Page, [address, title]: Place) => {
    const wanted = [address, `${title} · ${host}`];
    const isThere = async () => String(await placeOf(page)) === String(wanted);
    await eventually(isThere).catch(() => undefined);
    expect(await placeOf(page)).toEqual(wanted);
  };
  const link = (name: string) => (page: Page) =>
    page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();
  const tab = (name: string) => (page: Page) => page.getByRole("tab", { name, exact: true }).click();
  const row = (text: string) => (page: Page) => page.getByRole("row").filter({ hasText: text }).first().click();
  const type = (label: string, text: string) => (page: Page) => page.getByLabel(label, { exact: true }).fill(text);

  test("the parts of this journey exist", async () => {
    const { engine, pm2, stack, admin, open, page } = at();
    box = await engine.run({ name: "till", script: "while true; do echo packed; sleep 1; done" });
    await pm2.start({ name: "shop", source: "setInterval(() => {}, 1000);" });
    await mkdir(join(stack.fileRoot, "site &#?%"));
    await writeFile(join(stack.fileRoot, "site &#?%", "a&b #1.txt"), "one\ntwo\nthree\n");
    const { ask } = admin();
    await ask("POST", "/api/stacks", { name: "corner", content: compose, env: {} });
    const transport = { type: "stdio", command: process.execPath, args: [program, "stdio"], env: {} };
    const made = await ask<{ server: { id: string } }>("POST", "/api/mcp", { name: "everything", transport });
    server = made.server.id;
    await ask("POST", `/api/mcp/${server}/start`);
    await open("/", "Watch");
    host = (await page.locator(".header-host b").innerText()).trim();
  });

  test("each state is reached by a click, has its address and title, and stays after a reload", async () => {
    const { page } = at();
    const list = `filter=${box.name}&sort=-memory`;
    const folder = "/files/site%20%26%23%3F%25";
    const steps: Step[] = [
      { open: link("Containers"), place: ["/services", "Containers"] },
      {
        open: type("Filter containers", box.name),
        place: [`/services?filter=${box.name}`, "Containers"],
        replaces: true,
      },
      {
        open: (on) => on.getByRole("columnheader", { name: "Memory" }).getByRole("button").click(),
        place: [`/services?${list}`, "Containers"],
        replaces: true,
      },
      { open: row(box.name), place: [`/services/${box.name}?${list}`, `${box.name} log`] },
      {
        open: (on) => on.getByRole("searchbox", { name: "Search" }).fill("pack&#?"),
        place: [`/services/${box.name}?${list}&q=pack%26%23%3F`, `${box.name} log`],
        replaces: true,
      },
      {
        open: tab("Stats"),
        place: [`/services/${box.name}?${list}&q=pack%26%23%3F&tab=stats`, `${box.name} stats`],
      },
      {
        open: (on) => on.getByRole("button", { name: "1 h", exact: true }).click(),
        place: [`/services/${box.name}?${list}&q=pack%26%23%3F&tab=stats&since=1h`, `${box.name} stats`],
      },
      { open: link("Processes"), place: ["/deployments", "Processes"] },
      { open: row("shop"), place: ["/deployments/shop", "shop log · Processes"] },
      { open: tab("Instances"), place: ["/deployments/shop?tab=instances", "shop instances · Processes"] },
      { open: link("MCP servers"), place: ["/mcp", "MCP servers"] },
      { open: row("everything"), place: [`/mcp/${server}`, "everything · MCP servers"] },
      {
        open: (on) => on.getByRole("complementary", { name: "Tools" }).getByRole("button", { name: /sum/i }).click(),
        place: [`/mcp/${server}?tool=get-sum`, "Get Sum Tool · everything"],
      },
      {
        open: tab("Settings"),
        place: [`/mcp/${server}?tool=get-sum&tab=settings`, "everything settings · MCP servers"],
      },
      { open: link("Stacks"), place: ["/stacks", "Stacks"] },
      { open: row("corner"), place: ["/stacks/corner", "corner · Stacks"] },
      { open: tab("Compose file"), place: ["/stacks/corner?tab=compose", "corner compose file · Stacks"] },
      { open: link("Files"), place: ["/files", "Files"] },
      {
        open: (on) =>
          on.getByRole("region", { name: "Folder" }).getByRole("button", { name: "site &#?%" }).first().click(),
        place: [folder, "site &#?% · Files"],
      },
      {
        open: (on) => on.getByRole("button", { name: "a&b #1.txt", exact: true }).click(),
        place: [`${folder}?file=a%26b+%231.txt`, "a&b #1.txt · Files"],
      },
      {
        open: (on) => on.locator(".cm-lineNumbers .cm-gutterElement", { hasText: "2" }).click(),
        place: [`${folder}?file=a%26b+%231.txt&line=2`, "a&b #1.txt · Files"],
        replaces: true,
      },
      { open: link("Alerts"), place: ["/alerts", "Alerts"] },
      { open: tab("Rules"), place: ["/alerts?tab=rules", "Rules · Alerts"] },
      { open: link("Catalogue"), place: ["/catalogue", "Catalogue"] },
      {
        open: (on) => on.getByLabel("Category").selectOption("database"),
        place: ["/catalogue?category=database", "Catalogue"],
        replaces: true,
      },
      {
        open: (on) => on.getByRole("link", { name: "PostgreSQL", exact: true }).click(),
        place: ["/catalogue/postgres?category=database", "PostgreSQL · Catalogue"],
      },
      {
        open: (on) => on.getByRole("link", { name: "Back to the catalogue" }).click(),
        place: ["/catalogue?category=database", "Catalogue"],
      },
      { open: link("Networks"), place: ["/networks", "Networks"] },
      { open: row("host"), place: ["/networks/host", "host · Networks"] },
      { open: link("System"), place: ["/system", "System"] },
      {
        open: (on) => on.getByRole("button", { name: "6 h", exact: true }).click(),
        place: ["/system?since=6h", "System"],
      },
      { open: link("Audit trail"), place: ["/audit", "Audit trail"] },
      { open: type("Search the audit trail", "mcp"), place: ["/audit?q=mcp", "Audit trail"], replaces: true },
      {
        open: (on) => on.goto(`${at().stack.origin}/logs?c=${box.name}`),
        place: [`/logs?c=${box.name}`, `${box.name} · Logs`],
      },
    ];
    pushed = [["/", "Watch"]];
    for (const [index, { open, place, replaces }] of steps.entries()) {
      await open(page);
      await arrives(page, place);
      if (!steps[index + 1]?.replaces) {
        await page.reload();
        await arrives(page, place);
      }
      if (replaces) pushed.pop();
      pushed.push(place);
    }
  });

  test("back and forward lead through all of them", async () => {
    const { page } = at();
    for (const place of pushed.slice(0, -1).reverse()) {
      await page.goBack();
      await arrives(page, place);
    }
    for (const place of pushed.slice(1, 8)) {
      await page.goForward();
      await arrives(page, place);
    }
    // Quickly, without waiting for a page in between.
    await page.evaluate(() => {
      history.back();
      history.back();
    });
    await arrives(page, pushed[5] as Place);
  });

  test("a container has one address: an id leads to its name, and a mistyped name to those that are near", async () => {
    const { page, open } = at();
    const place: Place = [`/services/${box.name}?tab=details`, `${box.name} details`];
    for (const id of [box.id, box.id.slice(0, 12)]) {
      await open(`/services/${id}?tab=details`, box.name);
      await arrives(page, place);
    }
    await open(`/services/${box.name}x`, "Containers");
    await page.getByText("No such container").waitFor();
    await page.getByRole("button", { name: box.name, exact: true }).click();
    await arrives(page, [`/services/${box.name}`, `${box.name} log`]);
    for (const [address, text] of [
      ["/services/%zz", "No such container"],
      ["/deployments/%E0%A4%A", "No such process"],
      ["/mcp/..%2f%", "No such MCP server"],
      ["/stacks/conrer", "No such stack"],
      ["/catalogue/postgrs", "No such entry"],
      ["/volumes/a%2Fb%26%23", "No such volume"],
      ["/services//x", "There is no page at this address"],
      ["/services/a/b?tab=stats", "There is no page at this address"],
      [`/services/${"x".repeat(3_000)}`, "No such container"],
      ["/files/%zz?file=%zz", "%zz"],
    ] as const) {
      await page.goto(`${at().stack.origin}${address}`);
      await page.getByText(text).first().waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    }
    for (const [address, text] of [
      ["/catalogue/%E2%80%AEgnp", "[U+202E]gnp"],
      ["/services?filter=%E2%80%AEgnp", "No container has “[U+202E]gnp”"],
      [`/activity?kind=service&target=${"x".repeat(300)}`, "Show all"],
    ] as const) {
      await page.goto(`${at().stack.origin}${address}`);
      await page.getByText(text).first().waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    }
    await page.goto(`${at().stack.origin}/services?filter=%zz&sort=nonsense&tab=&tab=x&filter=y#%zz`);
    await page.getByText("No container has “%zz”").waitFor();
  });

  test("Escape closes a pane and gives the focus back to its row; back closes a file, and its text is kept", async () => {
    const { page, open, stack } = at();
    await open("/deployments", "Processes");
    await row("shop")(page);
    await arrives(page, ["/deployments/shop", "shop log · Processes"]);
    await page.getByRole("tab", { name: "Logs" }).focus();
    await page.keyboard.press("Escape");
    await arrives(page, ["/deployments", "Processes"]);
    await eventually(() => page.locator("tr:focus", { hasText: "shop" }).isVisible());

    await page.goto(`${stack.origin}/files/site%20%26%23%3F%25`);
    await page.getByRole("button", { name: "a&b #1.txt", exact: true }).click();
    const editor = page.getByRole("textbox", { name: /^Text of/ });
    await editor.click();
    await page.keyboard.type("typed ");
    await page.goBack();
    await editor.waitFor({ state: "detached" });
    await page.goForward();
    await editor.getByText(/typed /).waitFor();
  });
}
