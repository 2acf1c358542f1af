import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestContainer } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";
import { clickUntil } from "./journeys/acts.ts";
import { startTestDesktop, type TestDesktop } from "./test-desktop.ts";

/** What is dead or cannot be reached, as a person meets it. */
describe.skipIf(await lacks("chromium", "docker"))("a host on which something is wrong", () => {
  let desk: TestDesktop;
  let folder: TempFolder;
  let dead: { name: string; start(): Promise<unknown> };
  let busy: TestContainer;
  const pictures = process.env.PICTURES;
  const take = async (name: string) => {
    if (!pictures) return;
    for (const colorScheme of ["light", "dark"] as const) {
      await desk.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await desk.page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) });
    }
  };

  beforeAll(async () => {
    [desk, folder] = await Promise.all([startTestDesktop(), tempFolder("health")]);
    desk.later(folder.remove);
    const { engine } = desk;

    const source = join(folder.path, "source");
    await mkdir(source);
    const name = `aid-test-dead-${process.pid}`;
    const container = await engine.docker.createContainer({
      name,
      Image: "busybox:local",
      Cmd: ["/bin/sh", "-c", "[ -e /x/go ] && exec sleep 1000000; sleep 1; exit 3"],
      HostConfig: {
        NetworkMode: "host",
        RestartPolicy: { Name: "always" },
        Mounts: [{ Type: "bind", Source: source, Target: "/x" }],
      },
    });
    desk.later(() => container.remove({ force: true, v: true }));
    await container.start();
    await rmdir(source);
    dead = { name, start: () => container.start() };
    // A restart takes as long as its stop: long enough to be seen.
    busy = await engine.run({ name: "busy", script: "trap '' TERM; while :; do sleep 0.2; done", stopTimeout: 10 });
    await engine.run({ name: "job", script: "exit 0" });
  });
  afterAll(() => desk?.close());

  const concern = (page: Page, name: string) => page.locator(".concern").filter({ hasText: name });

  test("watch names the dead container with its cause and its alert, and counts both", async () => {
    const { page, open } = desk;
    await open("/", "Watch");
    const row = concern(page, dead.name);
    await row.getByText(/Exited with code 3, .*, not restarted/).waitFor();
    await row.getByText(/no such file or directory/).waitFor();
    await row.getByText("Container stopped by itself").waitFor();
    // Another journey may have containers on the same Engine.
    await page.getByRole("button", { name: /^\d+ firing$/ }).waitFor();
    await page.getByRole("button", { name: /^\d+ down$/ }).waitFor();
    const own = busy.name.replace(/busy.*$/, "");
    // The job that ended well is none, and a number is the same wherever it stands.
    const concerns = await page.locator(".concern-name").allInnerTexts();
    expect(concerns.filter((name) => name === dead.name || name.startsWith(own))).toEqual([dead.name]);
    await take("watch");
    const running = async (text: string | null) =>
      /(\d+)(?: of |\/)(\d+)/
        .exec(text ?? "")
        ?.slice(1)
        .join("/");
    const total = page.locator(".workload-total");
    const link = page.getByRole("link", { name: /^Containers/ }).locator(".count");
    await eventually(async () => {
      const [above, beside] = [await running(await total.textContent()), await running(await link.textContent())];
      expect(above).toBeDefined();
      expect(above).toBe(beside);
    });
  });

  test("its row and its page show the error of Docker, and so does the toast of a failed start", async () => {
    const { page, open } = desk;
    await open("/services", "Containers");
    const row = page.getByRole("row").filter({ hasText: dead.name });
    await row.getByText("Cannot start").waitFor();
    await row.getByText(/no such file or directory/).waitFor();
    await take("services");
    await row.getByRole("button", { name: `Start ${dead.name}` }).click();
    await page
      .getByText(/bind source path does not exist/)
      .first()
      .waitFor();
    await take("toast");
    // The button did what it says, and no more.
    expect(new URL(page.url()).pathname).toBe("/services");
    await row.click();
    await page.getByText("Docker could not start this container.").waitFor();
    await page.getByRole("tab", { name: "Details" }).click();
    await page.getByText("Docker's error").waitFor();
    await take("pane");
  });

  test("buttons of a row that turn into a spinner do not open the container", async () => {
    const { page, open } = desk;
    await open("/services", "Containers");
    const row = page.getByRole("row").filter({ hasText: busy.name });
    const [restart, stop] = ["Restart", "Stop"].map((verb) =>
      row.getByRole("button", { name: `${verb} ${busy.name}` }),
    );
    if (!restart || !stop) throw new Error("unreachable");
    await clickUntil(restart, () => row.getByText("Restarting").isVisible());
    await row.getByText("Running").waitFor();
    await clickUntil(stop, () => row.getByText("Stopped").isVisible());
    expect(new URL(page.url()).pathname).toBe("/services");
  });

  test("how long ago something happened moves on without a new list", async () => {
    const { page } = desk;
    const note = page.getByRole("row").filter({ hasText: busy.name }).locator(".service-note");
    await note.getByText(/Exited with code 137/).waitFor();
    await page.route("**/api/services", (route) => route.abort());
    const first = await note.textContent();
    await eventually(async () => (await note.textContent()) !== first);
    await page.unroute("**/api/services");
  });

  test("the page of a stack says of a container what the list of services says", async () => {
    const { page, open, engine } = desk;
    const project = `aid-test-project-${process.pid}`;
    const container = await engine.docker.createContainer({
      name: `${project}-a-1`,
      Image: "busybox:local",
      Cmd: ["/no/such/program"],
      HostConfig: { NetworkMode: "host" },
      Labels: { "com.docker.compose.project": project, "com.docker.compose.service": "a" },
    });
    try {
      await expect(container.start()).rejects.toThrow(/no such file/);
      await open(`/stacks/${project}`, project);
      const row = page
        .getByRole("listitem")
        .filter({ hasText: `${project}-a-1` })
        .last();
      await row.getByText("Cannot start").waitFor();
      await row.getByText("Could not be started").waitFor();
      await row.getByText(/no such file or directory/).waitFor();
      // It never ran: neither the stack nor the log shows an end.
      await page.locator(".page-note").getByText("Not started").waitFor();
      await take("stack-not-started");
      await open(`/services/${project}-a-1`, `${project}-a-1`);
      const notice = page.getByRole("log").getByText("Created, not started");
      await notice.waitFor();
      expect(await notice.textContent()).toBe("Created, not started");
      await take("log-not-started");
    } finally {
      await container.remove({ force: true });
    }
  });

  test("watch explains a crash loop, a failed run and a failed health check, and acts on the line", async () => {
    const { page, open, engine } = desk;
    const create = async (name: string, more: object) => {
      const container = await engine.docker.createContainer({ name, Image: "busybox:local", ...more });
      desk.later(() => container.remove({ force: true, v: true }));
      await container.start();
      return name;
    };
    const host = { NetworkMode: "host" };
    const looping = await create(`aid-test-loop-${process.pid}`, {
      Cmd: ["/bin/sh", "-c", "echo boom: no config >&2; exit 9"],
      HostConfig: { ...host, RestartPolicy: { Name: "always" } },
    });
    const sick = await create(`aid-test-sick-${process.pid}`, {
      Cmd: ["/bin/sleep", "1000000"],
      Healthcheck: { Test: ["CMD-SHELL", "echo port 8080 is closed; exit 1"], Interval: 1e9, Retries: 1 },
      HostConfig: host,
    });
    const failed = await engine.run({ name: "failed", script: "echo starting; echo ERROR: cannot reach db; exit 3" });
    await open("/", "Watch");
    await concern(page, sick)
      .getByText(/Unhealthy: .* in a row, last exit code 1/)
      .waitFor();
    await concern(page, sick).getByText("port 8080 is closed").waitFor();
    await concern(page, failed.name)
      .getByText(/Exited with code 3/)
      .waitFor();
    await concern(page, failed.name).getByText("ERROR: cannot reach db").waitFor();
    const loop = concern(page, looping);
    await loop.getByText(/Restarts in a loop: \d+ times in 10 min, last exit code 9/).waitFor();
    await loop.getByText("boom: no config").waitFor();
    await loop.getByText("Restart loop", { exact: true }).waitFor();
    await loop.getByRole("button", { name: `Acknowledge ${looping}` }).click();
    await loop.getByText("acknowledged by ada").waitFor();
    await concern(page, failed.name)
      .getByRole("button", { name: `Start ${failed.name}` })
      .click();
    const events = page.getByRole("list", { name: "Last events" });
    await events.getByText(new RegExp(`^${looping} restarted \\d+ times, exit code 9$`)).waitFor();
    const started = events.getByRole("listitem").filter({ hasText: `Started ${failed.name}` });
    await started.getByText("by ada").waitFor();
    await take("watch-causes");
    for (const [width, height] of [
      [390, 844],
      [2560, 1300],
    ] as const) {
      await page.setViewportSize({ width, height });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await take(`watch-${width}`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    // Every row is a link that the keyboard reaches.
    await page.locator(".workload").filter({ hasText: sick }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/services/${sick}*`);
  });

  test("without the servers nothing is shown as empty or healthy", async () => {
    const { page, stack, problems } = desk;
    const since = problems.length;
    await page.goto(`${stack.origin}/`);
    await page.getByRole("region", { name: "Host" }).waitFor();
    await page.route("**/api/services", (route) => route.fulfill({ status: 503, body: "{}" }));
    await page.reload();
    await page.getByText(/Unknown: .*Docker/).waitFor();
    await page.getByText("Containers are unknown").waitFor();
    expect(await page.getByText(/No problems|Nothing runs here/).count()).toBe(0);
    await take("unknown");
    await page.unroute("**/api/services");
    desk.expected(/503|Failed to load resource|net::ERR_FAILED/, since);
  });
});
