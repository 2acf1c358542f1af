import { expect, test } from "vitest";
import { eventually } from "../../../shared/testing/eventually.ts";
import { startService } from "../../../shared/testing/service-process.ts";
import { downloaded, type TestDesktop } from "../test-desktop.ts";

const script = "n=0; while true; do n=$((n+1)); echo tick $n; sleep 0.1; done";

/** The live connection is cut without a good-bye, and comes back. */
export function reconnectJourney(at: () => TestDesktop): void {
  test("the page says so calmly and continues, with no line lost and none twice", async () => {
    const desk = at();
    const { page, stack } = desk;
    const since = desk.problems.length;
    const box = await desk.engine.run({ name: "ticking", script });
    await desk.open(`/services/${box.name}`, box.name);
    const log = page.getByRole("log");
    const lastTick = async () =>
      Number(
        /\d+/.exec(
          await log
            .getByText(/^tick \d+$/)
            .last()
            .innerText(),
        )?.[0],
      );
    await log
      .getByText(/^tick \d\d$/)
      .first()
      .waitFor();
    const state = page.locator(".log-state");
    await state.getByText("Live").waitFor();

    stack.realtime.signal("SIGKILL");
    await stack.realtime.exited;
    await state.getByText("Reconnecting").waitFor();
    await page
      .getByRole("status")
      .getByText(/^Connection lost, reconnecting\. Data may be out of date/)
      .waitFor();
    const before = await lastTick();
    expect(await page.getByRole("dialog").count()).toBe(0);

    const realtime = await startService("realtime", { env: stack.env, port: stack.realtime.port });
    stack.realtime = realtime;
    desk.later(() => realtime.stop());
    await state.getByText("Live").waitFor();
    // A busy page may show none of the lines in between: they have moved on by then.
    await eventually(async () => (await lastTick()) >= before + 60);
    await page.getByText(/^Connection lost, reconnecting/).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "More tools" }).click();
    const kept = await downloaded(page, () => page.getByRole("button", { name: /^Download/ }).click());
    const ticks = [...kept.matchAll(/tick (\d+)/g)].map(([, number]) => Number(number));
    expect(ticks).toEqual(ticks.map((_, index) => index + 1));
    desk.expected(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_SOCKET|WebSocket connection to/, since);
  });

  test("while the realtime server hangs, the page says so, and continues by itself", async () => {
    const { page, stack } = at();
    const state = page.locator(".log-state");
    const mark = page.getByRole("navigation", { name: "Main" }).getByText("Not answering");
    const notice = page.getByRole("status").getByText(/^The live server does not answer\. Data may be out of date/);
    stack.realtime.signal("SIGSTOP");
    try {
      await state.getByText("Not answering").waitFor();
      await Promise.all([mark.waitFor(), notice.waitFor()]);
    } finally {
      stack.realtime.signal("SIGCONT");
    }
    await state.getByText("Live").waitFor();
    await notice.waitFor({ state: "detached" });
  });

  test("while the API hangs, a page that is opened says what it waits for, and continues by itself", async () => {
    const { page, stack } = at();
    stack.api.signal("SIGSTOP");
    try {
      await page.reload();
      await page.getByRole("status").getByText("Waiting for the server…").waitFor();
    } finally {
      stack.api.signal("SIGCONT");
    }
    await page.getByRole("heading", { name: "ticking" }).waitFor();
    await page
      .getByRole("log")
      .getByText(/^tick \d+$/)
      .first()
      .waitFor();
  });

  test("a part of the page that cannot be fetched is said in plain words, and after an update a reload is offered", async () => {
    const desk = at();
    const { page, stack } = desk;
    const since = desk.problems.length;
    const parts = /\/assets\/(SystemPage|Palette|LogsPage)-[^/]+\.js$/;
    // Once is no failure: it is fetched again.
    let aborted = 0;
    const once = /\/assets\/AlertsPage-[^/]+\.js$/;
    await page.route(once, (route) => (++aborted === 1 ? route.abort() : route.continue()));
    await page.getByRole("link", { name: "Alerts" }).click();
    await page.getByRole("heading", { name: "Alerts" }).waitFor();
    expect(aborted).toBe(2);
    await page.unroute(once);
    await page.goBack();
    await page.getByRole("heading", { name: "ticking" }).waitFor();

    await page.route(parts, (route) => route.abort());
    await page.keyboard.press("Control+k");
    await page.getByText(/^This part of the page could not be loaded\. The connection may/).waitFor();
    expect(await page.getByRole("heading", { name: "ticking" }).count()).toBe(1);

    await page.getByRole("link", { name: "System" }).click();
    const failed = page.getByRole("alert").filter({ hasText: "This part of the page could not be loaded." });
    await failed.waitFor();
    await page.unroute(parts);
    await failed.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "System" }).waitFor();

    await page.route(parts, (route) => route.fulfill({ status: 404 }));
    await page.route(`${stack.origin}/`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace(/start-[^".]+/, "start-newer") });
    });
    await page.getByRole("link", { name: "Logs", exact: true }).click();
    const updated = page.getByRole("alert").filter({ hasText: "AI Desktop was updated" });
    await updated.waitFor();
    expect(await updated.getByRole("button", { name: "Try again" }).count()).toBe(0);
    await page.unroute(parts);
    await page.unroute(`${stack.origin}/`);
    await updated.getByRole("button", { name: "Reload" }).click();
    await page.getByRole("heading", { name: "Logs" }).waitFor();
    desk.expected(/Failed to load resource|Failed to fetch dynamically imported module/, since);
  });
}
