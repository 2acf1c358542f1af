import { createSignal } from "solid-js";
import { describe, expect, it } from "vitest";
import type { LogSearchAnswer } from "../../../../../shared/protocol/log-search.ts";
import { eventually } from "../../../../../shared/testing/eventually.ts";
import { ApiFailure } from "../../../lib/api/failure.ts";
import { type LogQuery, noQuery } from "../search/log-query.ts";
import type { LogHistory } from "../stored/log-history.ts";
import { batch, EPOCH, nano, numbers, readAll, type Stored, source, start, storedLogs } from "./testing.ts";

describe("a feed that meets stored lines", () => {
  const stored = (to: number): Stored[] => numbers(0, to).map((text, ms) => ({ ms, text }));

  it("joins them with the live ones, none twice and none missing", async () => {
    const { history } = storedLogs(stored(2_100));
    const { frames, first, feed, texts, dispose } = start({ history: () => history });
    for (let ms = 2_000; ms < 2_050; ms++) first.state.handlers?.onLogs(batch(`${ms}\n`, ms));
    frames.pass();
    // The stored lines are ahead of the stream: what it brings later must not stand there twice.
    await feed.loadOlder();
    for (let ms = 2_050; ms < 2_200; ms++) first.state.handlers?.onLogs(batch(`${ms}\n`, ms));
    frames.pass();
    await readAll(feed);
    expect(feed.older()).toBe("end");
    expect(texts()).toEqual(numbers(0, 2_200));
    dispose();
  });

  it("distinguishes equal lines of one millisecond by their number", async () => {
    const { history } = storedLogs([..."aaab"].map((text) => ({ ms: 5, text })));
    const { frames, first, feed, texts, dispose } = start({ history: () => history });
    first.state.handlers?.onLogs(batch("a\na\nb\n", 5));
    frames.pass();
    await feed.loadOlder();
    expect(texts()).toEqual(["a", "a", "a", "b"]);
    dispose();
  });

  it("does not show a line twice that comes while the page before it is read", async () => {
    const { history } = storedLogs(stored(20));
    let came: () => void = () => {};
    const slow: LogHistory = {
      ...history,
      search: async (...asked) => {
        const answer = await history.search(...asked);
        came();
        return answer;
      },
    };
    const { frames, first, feed, texts, dispose } = start({ history: () => slow });
    first.state.handlers?.onLogs(batch("10\n", 10));
    frames.pass();
    came = () => {
      for (let ms = 11; ms < 20; ms++) first.state.handlers?.onLogs(batch(`${ms}\n`, ms));
      frames.pass();
    };
    await feed.loadOlder();
    expect(texts()).toEqual(numbers(0, 20));
    dispose();
  });

  it("keeps the number of equal lines that fill several pages", async () => {
    const { history } = storedLogs(Array.from({ length: 1_700 }, () => ({ ms: 5, text: "tick" })));
    const { frames, first, feed, texts, dispose } = start({ history: () => history });
    first.state.handlers?.onLogs(batch("tick\n".repeat(1_000), 5));
    frames.pass();
    await readAll(feed);
    expect(texts()).toHaveLength(1_700);
    dispose();
  });

  it("finds lines of the other stream that were stored out of order where the live ones begin", async () => {
    const lines: Stored[] = [
      { ms: 1_000, text: "err before", error: true },
      { ms: 1_001, text: "first out" },
      { ms: 1_002, text: "err after", error: true },
    ];
    const { history } = storedLogs(lines);
    const { frames, first, feed, texts, dispose } = start({ history: () => history });
    // The stream's tail began with a line of stdout; one of stderr, a little older and one newer, were stored before it.
    first.state.handlers?.onLogs(batch("first out\n", 1_001));
    frames.pass();
    await feed.loadOlder();
    expect(texts()).toEqual(["err before", "first out", "err after"]);
    dispose();
  });

  it("waits until what the stream began with is stored, so that nothing is left out before it", async () => {
    const lines = stored(10);
    let lagging = true;
    const { history, asked } = storedLogs(lines, { lagging: () => lagging });
    const { frames, first, feed, texts, dispose } = start({ history: () => history });
    first.state.handlers?.onLogs(batch("20\n", 20));
    frames.pass();
    const loading = feed.loadOlder();
    await eventually(() => feed.older() === "reading");
    expect(asked).toEqual([]);
    for (let ms = 10; ms <= 20; ms++) lines.push({ ms, text: String(ms) });
    lagging = false;
    await loading;
    expect(texts()).toEqual(numbers(0, 21));
    dispose();
  });

  it("shows several logs only from where all of them are whole, and reads on from there", async () => {
    const lines = numbers(0, 100).flatMap((text, ms): Stored[] => [
      { ms: ms * 10, text: `busy ${text}`, container: "busy" },
      ...(ms % 20 === 0 ? [{ ms: ms * 10 + 1, text: `quiet ${text}`, container: "quiet" }] : []),
    ]);
    const { history } = storedLogs(lines);
    const originOf = (name: string) => ({ name, colour: 1 });
    const { frames, setSources, feed, texts, dispose } = start({ history: () => history, originOf });
    const [quiet, busy] = [source(), source()];
    setSources([
      { key: "quiet", open: quiet.open, origin: originOf("quiet") },
      { key: "busy", open: busy.open, origin: originOf("busy") },
    ]);
    for (const { ms, text } of lines.filter(({ container }) => container === "quiet"))
      quiet.state.handlers?.onLogs(batch(`${text}\n`, ms));
    for (const { ms, text } of lines.filter(({ container }) => container === "busy").slice(-10))
      busy.state.handlers?.onLogs(batch(`${text}\n`, ms));
    frames.pass();
    expect(texts()[0]).toBe("busy 90");
    await readAll(feed);
    expect(texts()).toEqual(lines.map(({ text }) => text));
    dispose();
  });

  it("reads the newest lines too where a container is not followed", async () => {
    const lines: Stored[] = numbers(0, 2_000).map((text, ms) => ({ ms, text, container: ms % 2 ? "here" : "gone" }));
    const { history } = storedLogs(lines);
    const originOf = (name: string) => ({ name, colour: 1 });
    const options = { history: () => history, whole: () => false, originOf };
    const { frames, setSources, feed, texts, dispose } = start(options);
    const here = source();
    setSources([{ key: "here", open: here.open, origin: originOf("here") }]);
    for (let ms = 301; ms < 2_000; ms += 2) here.state.handlers?.onLogs(batch(`${ms}\n`, ms));
    frames.pass();
    await eventually(() => feed.older() !== "reading");
    expect(texts()).toEqual(numbers(0, 2_000));
    dispose();
  });

  it("asks the server for what is filtered, and lets live lines through the same filter", async () => {
    const { history, asked } = storedLogs(stored(2_000));
    const { frames, first, setQuery, feed, texts, dispose } = start({ history: () => history });
    first.state.handlers?.onLogs(batch("1999\n", 1_999));
    frames.pass();
    setQuery({ ...noQuery, text: "99", only: true });
    await readAll(feed);
    expect(asked.at(-1)).toContain('"text":"99"');
    first.state.handlers?.onLogs(batch("2000\n", 2_000));
    first.state.handlers?.onLogs(batch("2099\n", 2_099));
    frames.pass();
    expect(texts()).toEqual([...numbers(0, 2_000).filter((text) => text.includes("99")), "2099"]);
    dispose();
  });

  it("goes to a line by its id, and from there down to the live end without a gap", async () => {
    const lines = stored(3_000);
    const { history } = storedLogs(lines);
    const { frames, first, feed, texts, dispose } = start({ history: () => history });
    for (let ms = 2_900; ms < 3_000; ms++) first.state.handlers?.onLogs(batch(`${ms}\n`, ms));
    frames.pass();
    feed.goToLine("l-1200-0");
    // An empty list asks for more at once: that must not mix with what is on its way.
    void feed.loadOlder();
    await eventually(() => feed.target()?.line === true);
    expect(feed.attached()).toBe(false);
    expect(feed.shown().find(({ id }) => id === feed.target()?.place.id)?.text).toBe("1200");
    first.state.handlers?.onLogs(batch("3000\n", 3_000));
    frames.pass();
    expect(feed.missed()).toBe(1);
    lines.push({ ms: 3_000, text: "3000" });
    while (!feed.attached()) await feed.loadNewer();
    const from = Number(texts()[0]);
    expect(from).toBeLessThan(1_200);
    first.state.handlers?.onLogs(batch("3001\n", 3_001));
    frames.pass();
    expect(texts()).toEqual(numbers(from, 3_002));
    dispose();
  });

  it("goes to a line among thousands of one instant, in their order", async () => {
    const { history } = storedLogs(numbers(0, 5_000).map((text) => ({ ms: 7, text })));
    const { feed, texts, dispose } = start({ history: () => history });
    feed.goToLine("l-2500-0");
    await eventually(() => feed.target()?.line === true);
    expect(feed.shown().find(({ id }) => id === feed.target()?.place.id)?.text).toBe("2500");
    await readAll(feed);
    const shown = texts();
    expect(shown).toEqual(numbers(0, shown.length));
    expect(shown.length).toBeGreaterThan(2_500);
    dispose();
  });

  it("finds the next match among thousands of one instant, each once", async () => {
    const { history } = storedLogs(
      numbers(0, 5_000).map((text) => ({ ms: 7, text: `${text}${+text % 900 ? "" : " hit"}` })),
    );
    const { feed, setQuery, dispose } = start({ history: () => history });
    setQuery({ ...noQuery, text: "hit" });
    feed.goToLine("l-4999-0");
    await eventually(() => feed.target()?.line === true);
    const found: string[] = [];
    for (;;) {
      const before = feed.target();
      if (!(await feed.findBeyond("older"))) break;
      await eventually(() => feed.target() !== before);
      found.push(feed.shown().find(({ id }) => id === feed.target()?.place.id)?.text ?? "none");
    }
    expect(found).toEqual(["3600 hit", "2700 hit", "1800 hit", "900 hit", "0 hit"]);
    dispose();
  });

  it.each(["while the line is looked up", "once it is shown"])(
    "stays at the line of a link when another list of containers comes %s",
    async (when) => {
      const { history } = storedLogs(stored(3_000));
      const [whole, setWhole] = createSignal(true);
      const { feed, dispose } = start({ history: () => history, whole });
      feed.goToLine("l-1200-0");
      if (when === "once it is shown") await eventually(() => feed.target()?.line === true);
      setWhole(false);
      await eventually(() => feed.newer() === "more" && feed.shown().length > 0);
      expect(feed.attached()).toBe(false);
      expect(feed.shown().find(({ id }) => id === feed.target()?.place.id)?.text).toBe("1200");
      dispose();
    },
  );

  it.each(["while the line is looked up", "once it is shown"])(
    "stays at the line of a link when a log of the view turns out to be removed %s",
    async (when) => {
      const { history } = storedLogs(stored(3_000));
      const { feed, setSources, dispose } = start({ history: () => history });
      feed.goToLine("l-1200-0");
      if (when === "once it is shown") await eventually(() => feed.target()?.line === true);
      const before = feed.target();
      setSources([]);
      await eventually(() => feed.target()?.line === true && (before === undefined || feed.target() !== before));
      expect(feed.attached()).toBe(false);
      expect(feed.shown().find(({ id }) => id === feed.target()?.place.id)?.text).toBe("1200");
      dispose();
    },
  );

  it("goes to where a line stands among thousands of one instant when the filter leaves it out, and says so", async () => {
    const lines = numbers(0, 5_000).map((text) => ({ ms: 7, text, error: text === "2500" }));
    const { history } = storedLogs(lines);
    const { feed, setQuery, dispose } = start({ history: () => history });
    setQuery({ ...noQuery, stream: "stdout" });
    feed.goToLine("l-2500-0");
    await eventually(() => feed.target() !== undefined);
    expect(feed.target()?.line).toBe(false);
    expect(feed.shown().find(({ id }) => id === feed.target()?.place.id)?.text).toBe("2501");
    expect(feed.problem()).toMatch(/left out/);
    feed.goToLine("l-2400-0");
    await eventually(() => feed.target()?.line === true);
    expect(feed.problem()).toBe("");
    dispose();
  });

  it("knows of no last match while a line is being looked up", async () => {
    const { history } = storedLogs(stored(3_000));
    const { feed, setQuery, dispose } = start({ history: () => history });
    setQuery({ ...noQuery, text: "99" });
    feed.goToLine("l-1200-0");
    // A key that is held down.
    expect(await Promise.all([feed.findBeyond("older"), feed.findBeyond("older")])).toEqual([true, true]);
    await eventually(() => feed.target()?.line === true);
    expect(feed.shown().find(({ id }) => id === feed.target()?.place.id)?.text).toBe("1200");
    // The next one is looked for from the place that is shown then.
    await feed.findBeyond("older");
    expect(feed.shown().find(({ id }) => id === feed.target()?.place.id)?.text).toBe("699");
    dispose();
  });

  it.each(["joins", "leaves"])("stays where the reader is when a log %s the view", async (change) => {
    const { history } = storedLogs(stored(3_000));
    const [whole, setWhole] = createSignal(true);
    const { frames, first, setSources, feed, dispose } = start({ history: () => history, whole });
    for (let ms = 2_900; ms < 3_000; ms++) first.state.handlers?.onLogs(batch(`${ms}\n`, ms));
    frames.pass();
    feed.setFollowing(false);
    await readAll(feed);
    feed.setViewAt(EPOCH + 1_500, true);
    expect(feed.attached()).toBe(true);
    if (change === "joins") setWhole(false);
    else setSources([]);
    await eventually(() => feed.target() !== undefined);
    expect(feed.shown().find(({ id }) => id === feed.target()?.place.id)?.text).toBe("1500");
    // From there down to the live end, each line once.
    while (!feed.attached()) await feed.loadNewer();
    const shown = feed.shown().map(({ text }) => text);
    expect(shown).toEqual(numbers(Number(shown[0]), 3_000));
    dispose();
  });

  it("says that a search for the next match failed, and does not take it for the last one", async () => {
    const { history } = storedLogs(stored(3_000));
    const { feed, setQuery, dispose } = start({ history: () => history });
    setQuery({ ...noQuery, text: "99" });
    feed.goToLine("l-1200-0");
    await eventually(() => feed.target()?.line === true);
    const { search } = history;
    history.search = async () => {
      throw new Error("The log store is away.");
    };
    expect(await feed.findBeyond("older")).toBe(true);
    expect(feed.problem()).toBe("The log store is away.");
    history.search = search;
    await feed.loadOlder();
    expect(await feed.findBeyond("older")).toBe(true);
    await eventually(() => feed.problem() === "");
    dispose();
  });

  it("searches on by time where the line at the end of what is shown is gone", async () => {
    const { history } = storedLogs(stored(3_000));
    const { feed, setQuery, dispose } = start({ history: () => history });
    setQuery({ ...noQuery, text: "99" });
    feed.goToLine("l-1200-0");
    await eventually(() => feed.target()?.line === true);
    const edge = Number(feed.shown()[0]?.text);
    history.placeOf = async () => {
      throw new ApiFailure("forbidden", "You are not allowed to see this line.", { status: 403 });
    };
    const asked = { id: "" };
    const { search } = history;
    history.search = async (...all) => {
      const answer = await search(...all);
      asked.id ||= answer.lines[0]?.text ?? "none";
      return answer;
    };
    await feed.findBeyond("older");
    expect(Number(asked.id)).toBeLessThan(edge);
    expect(asked.id).toContain("99");
    dispose();
  });

  it("looks a line up again when the filter changes meanwhile", async () => {
    const { history } = storedLogs(stored(3_000));
    const { feed, setQuery, dispose } = start({ history: () => history });
    feed.goToLine("l-1200-0");
    setQuery({ ...noQuery, level: "info" });
    await eventually(() => feed.target()?.line === true);
    expect(feed.attached()).toBe(false);
    dispose();
  });

  it("stays at the line of a link when the filter changes after it, until the reader scrolls", async () => {
    const { history } = storedLogs(stored(3_000));
    const { feed, setQuery, dispose } = start({ history: () => history });
    const targetOf = async (level: LogQuery["level"]) => {
      const before = feed.target();
      setQuery({ ...noQuery, level });
      await eventually(() => feed.target() !== before);
      return feed.target();
    };
    feed.goToLine("l-1200-0");
    await eventually(() => feed.target()?.line === true);
    feed.setViewAt(EPOCH + 1_190, false);
    expect((await targetOf("info"))?.line).toBe(true);
    feed.setViewAt(EPOCH + 1_190, true);
    expect((await targetOf("error"))?.line).toBe(false);
    dispose();
  });

  it("looks beyond what is shown once it is known that there is a history", async () => {
    const { history } = storedLogs(stored(3_000));
    const [known, setKnown] = createSignal(false);
    const { feed, first, frames, setQuery, dispose } = start({
      history: () => (known() ? history : undefined),
      asking: () => !known(),
    });
    first.state.handlers?.onLogs(batch("2999\n", 2_999));
    frames.pass();
    setQuery({ ...noQuery, text: "1200" });
    const found = feed.findBeyond("older");
    setKnown(true);
    expect(await found).toBe(true);
    await eventually(() => feed.target()?.line === true);
    dispose();
  });

  it("leaves marks that do not match out of a search, but not lines that are missing", async () => {
    const { history } = storedLogs(stored(10));
    const mark = { source: "container" as const, container: "box", containerId: "0".repeat(64), run: 2 };
    const marked: LogHistory = {
      ...history,
      async search(query, place, signal) {
        const found = await history.search(query, place, signal);
        const marks: LogSearchAnswer["marks"] = [
          { ...mark, kind: "exited", time: nano(2), exitCode: 1 },
          { ...mark, kind: "started", time: nano(3) },
          { ...mark, kind: "gap", time: nano(4), reason: "expired" },
          { ...mark, kind: "gap", time: nano(5), reason: "source_lost" },
        ];
        return { ...found, marks: place.order === "desc" ? marks.reverse() : marks };
      },
    };
    const { feed, setQuery, texts, dispose } = start({ history: () => marked });
    setQuery({ ...noQuery, text: "no such text", only: true });
    await readAll(feed);
    expect(texts()).toEqual(["Lines missing: their source was away or removed before they were read"]);
    setQuery({ ...noQuery, text: "exited", only: true });
    await readAll(feed);
    expect(texts()).toEqual([
      "Exited with code 1",
      "Lines missing: their source was away or removed before they were read",
    ]);
    dispose();
  });

  it("holds no more than its bound, and reads again what gave way", async () => {
    const { history } = storedLogs(stored(5_000));
    const { frames, first, feed, texts, dispose } = start({ history: () => history, maxEntries: 1_200 });
    for (let ms = 4_900; ms < 5_000; ms++) first.state.handlers?.onLogs(batch(`${ms}\n`, ms));
    frames.pass();
    while (feed.older() === "more") {
      await feed.loadOlder();
      expect(texts().length).toBeLessThanOrEqual(1_200);
    }
    expect(texts()[0]).toBe("0");
    expect(feed.attached()).toBe(false);
    while (!feed.attached()) {
      await feed.loadNewer();
      expect(texts()).toEqual(numbers(Number(texts()[0]), Number(texts().at(-1)) + 1));
    }
    expect(texts().at(-1)).toBe("4999");
    dispose();
  });

  it("shows the live lines when the stored ones cannot be read", async () => {
    const { history } = storedLogs([]);
    const broken = { ...history, search: () => Promise.reject(new Error("The log store is away.")) };
    const { frames, first, feed, texts, dispose } = start({ history: () => broken });
    first.state.handlers?.onLogs(batch("a\n"));
    frames.pass();
    await feed.loadOlder();
    expect(texts()).toEqual(["a"]);
    expect(feed.older()).toBe("failed");
    expect(feed.problem()).toBe("The log store is away.");
    dispose();
  });
});
