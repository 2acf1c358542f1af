import { createRoot, createSignal } from "solid-js";
import { describe, expect, it } from "vitest";
import type { LogSearchAnswer } from "../../../../../shared/protocol/log-search.ts";
import { eventually } from "../../../../../shared/testing/eventually.ts";
import { type LogQuery, noQuery } from "../search/log-query.ts";
import type { LogHistory } from "../stored/log-history.ts";
import { createFrameQueue } from "./frame-queue.ts";
import type { LiveSource, LogHandlers, OpenLog } from "./live-logs.ts";
import { createLogFeed, type LogFeed, type LogFeedOptions } from "./log-feed.ts";

/** Frames that pass when the test says so. */
function manualFrames() {
  let waiting: (() => void)[] = [];
  return {
    schedule: (run: () => void) => {
      waiting.push(run);
      return () => {
        waiting = waiting.filter((other) => other !== run);
      };
    },
    pass() {
      const now = waiting;
      waiting = [];
      for (const run of now) run();
      return now.length;
    },
  };
}

function source() {
  const state = { open: 0, handlers: undefined as LogHandlers | undefined };
  const open: OpenLog = (handlers) => {
    state.open++;
    state.handlers = handlers;
    return () => {
      state.open--;
    };
  };
  return { state, open };
}

const EPOCH = Date.parse("2026-11-23T16:00:00.000Z");
const iso = (ms: number) => new Date(EPOCH + ms).toISOString();
const nano = (ms: number) => `${iso(ms).slice(0, 23)}000000Z`;
const batch = (data: string, ms = 0) => ({ data, timestamp: iso(ms), ages: [] });

interface Stored {
  ms: number;
  text: string;
  container?: string;
  error?: boolean;
}

/** The log history as the server answers them, of lines that are held here. */
function storedLogs(lines: Stored[], options: { lagging?: () => boolean } = {}) {
  const sorted = () =>
    lines.map((line, index) => ({ ...line, index })).sort((a, b) => a.ms - b.ms || a.index - b.index);
  const asked: string[] = [];
  const history: LogHistory = {
    async search(query, { order, limit, before, after }) {
      asked.push(JSON.stringify({ order, before, after, ...query }));
      const all = sorted();
      const found = all.filter(({ ms, text, error }, at) => {
        const time = EPOCH + ms;
        if (query.since !== undefined && time < Date.parse(query.since)) return false;
        if (query.until !== undefined && time > Date.parse(query.until)) return false;
        if (query.stream !== undefined && (error ? "stderr" : "stdout") !== query.stream) return false;
        if (query.text !== undefined && !text.includes(query.text)) return false;
        return (before === undefined || at < Number(before)) && (after === undefined || at >= Number(after));
      });
      const page = order === "desc" ? found.slice(-limit) : found.slice(0, limit);
      const first = page[0] ? all.indexOf(page[0]) : 0;
      const last = page.at(-1);
      const answer: LogSearchAnswer = {
        lines: page.map(({ ms, text, container = "box", error, index }) => ({
          id: `l-${index}-0`,
          container,
          containerId: "0".repeat(64),
          time: nano(ms),
          stream: error ? "stderr" : "stdout",
          level: "unknown",
          text,
          run: 1,
        })),
        marks: [],
        older: page.length > 0 && found[0] !== page[0] ? String(first) : null,
        newer: last ? String(all.indexOf(last) + 1) : null,
        complete: true,
        scanned: 0,
        reached: null,
      };
      if (order === "desc") answer.lines.reverse();
      return answer;
    },
    timeOf: async (id) => {
      const line = lines[Number(id.split("-")[1])];
      return line && nano(line.ms);
    },
    reaches: async () => !options.lagging?.(),
  };
  return { history, asked };
}

function start(options: Partial<LogFeedOptions> = {}) {
  const frames = manualFrames();
  const first = source();
  const [sources, setSources] = createSignal<readonly LiveSource[]>([{ key: "first", open: first.open }]);
  const [query, setQuery] = createSignal<LogQuery>(noQuery);
  const { feed, dispose } = createRoot((end) => ({
    feed: createLogFeed({ sources, query, schedule: frames.schedule, ...options }),
    dispose: end,
  }));
  const texts = () => feed.shown().map((entry) => entry.text);
  return { frames, first, setSources, setQuery, feed, dispose, texts };
}

/** Reads all that is older, beside what the feed reads by itself. */
async function readAll(feed: LogFeed): Promise<void> {
  for (;;) {
    await eventually(() => feed.older() !== "reading");
    if (feed.older() !== "more") return;
    await feed.loadOlder();
  }
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => String(from + index));

describe("a feed of live lines", () => {
  it("gathers everything between two frames into one change", () => {
    const { frames, first, feed, texts, dispose } = start();
    const before = feed.version();
    for (let index = 0; index < 500; index++) first.state.handlers?.onLogs(batch(`${index}\n`));
    expect(texts()).toEqual([]);
    expect(frames.pass()).toBe(1);
    expect(feed.version()).toBe(before + 1);
    expect(texts()).toHaveLength(500);
    dispose();
  });

  it("tells no time of what it found to be so, and that a container has not run yet", () => {
    const { frames, first, feed, texts, dispose } = start();
    first.state.handlers?.onClosed({ code: "created" });
    frames.pass();
    expect(feed.shown()).toEqual([expect.not.objectContaining({ time: expect.anything() })]);
    first.state.handlers?.onState("restarted");
    first.state.handlers?.onLogs(batch("one\n"));
    frames.pass();
    expect(texts()).toEqual(["Created, not started", "Started", "one"]);
    dispose();
    const other = start();
    other.first.state.handlers?.onClosed({ code: "exited", exitCode: 1, endedAt: "2026-01-02T03:04:05.000Z" });
    other.frames.pass();
    other.first.state.handlers?.onState("restarted", "2026-01-02T03:04:06.000Z");
    other.frames.pass();
    expect(other.feed.shown()).toMatchObject([
      { text: "Exited with code 1", time: "2026-01-02T03:04:05.000Z" },
      { text: "Started again", time: "2026-01-02T03:04:06.000Z" },
    ]);
    other.dispose();
  });

  it("keeps lines, gaps, restarts, a new container and exits in the order they came", () => {
    const { frames, first, feed, texts, dispose } = start();
    first.state.handlers?.onLogs(batch("one\n"));
    first.state.handlers?.onClosed({ code: "exited", exitCode: 3 });
    expect(feed.status().status).toBe("closed");
    first.state.handlers?.onState("restarted");
    first.state.handlers?.onGap({ reason: "rotated" });
    first.state.handlers?.onGap({ reason: "replaced" });
    first.state.handlers?.onLogs(batch("two\n"));
    frames.pass();
    expect(texts()).toEqual([
      "one",
      "Exited with code 3",
      "Started again",
      "Lines missing: the log was rotated",
      "Recreated",
      "two",
    ]);
    expect(feed.status().status).toBe("live");
    dispose();
  });

  it("closes the old source and starts empty when another is chosen", () => {
    const { frames, first, setSources, texts, dispose } = start();
    first.state.handlers?.onLogs(batch("old\n"));
    frames.pass();
    const second = source();
    setSources([{ key: "second", open: second.open }]);
    expect(first.state.open).toBe(0);
    expect(texts()).toEqual([]);
    second.state.handlers?.onLogs(batch("new\n"));
    frames.pass();
    expect(texts()).toEqual(["new"]);
    dispose();
    expect(second.state.open).toBe(0);
  });

  it("leaves nothing scheduled once it is disposed", () => {
    const { frames, first, dispose } = start();
    first.state.handlers?.onLogs(batch("a\n"));
    dispose();
    expect(frames.pass()).toBe(0);
  });

  it("puts the end of a run where it happened, whenever it is told of", () => {
    const { frames, first, setSources, feed, dispose, texts } = start();
    const second = source();
    setSources([
      { key: "first", open: first.open, origin: { name: "first", colour: 1 } },
      { key: "second", open: second.open, origin: { name: "second", colour: 2 } },
    ]);
    second.state.handlers?.onLogs(batch("b1\n", 10));
    second.state.handlers?.onClosed({ code: "exited", exitCode: 0, endedAt: iso(20) });
    first.state.handlers?.onLogs(batch("a1\n", 5));
    first.state.handlers?.onLogs(batch("a2\n", 60_000));
    frames.pass();
    expect(texts()).toEqual(["a1", "b1", "Exited with code 0", "a2"]);
    expect(feed.shown()[2]).toMatchObject({ kind: "notice", time: iso(20) });
    dispose();
  });

  it("merges several logs by time, also lines that come late", () => {
    const { frames, first, setSources, texts, dispose } = start();
    const second = source();
    setSources([
      { key: "first", open: first.open },
      { key: "second", open: second.open, origin: { name: "second", colour: 2 } },
    ]);
    first.state.handlers?.onLogs(batch("a1\n", 10));
    first.state.handlers?.onLogs(batch("a2\n", 30));
    frames.pass();
    second.state.handlers?.onLogs(batch("b1\n", 5));
    second.state.handlers?.onLogs(batch("b2\n", 20));
    second.state.handlers?.onLogs(batch("b3\n", 40));
    frames.pass();
    expect(texts()).toEqual(["b1", "a1", "b2", "a2", "b3"]);
    dispose();
  });

  it("leaves out what the filter does not let pass, and brings it back", () => {
    const { frames, first, setQuery, texts, dispose } = start();
    first.state.handlers?.onLogs(batch("INFO a\nERROR b\n"));
    first.state.handlers?.onLogs({ ...batch("WARN c\n"), type: "error" });
    first.state.handlers?.onGap({ reason: "rotated" });
    frames.pass();
    setQuery({ ...noQuery, level: "error" });
    expect(texts()).toEqual(["ERROR b", "Lines missing: the log was rotated"]);
    setQuery({ ...noQuery, stream: "stderr" });
    expect(texts()).toEqual(["WARN c", "Lines missing: the log was rotated"]);
    setQuery({ ...noQuery, text: "INFO", only: true });
    expect(texts()).toEqual(["INFO a", "Lines missing: the log was rotated"]);
    setQuery(noQuery);
    expect(texts()).toHaveLength(4);
    dispose();
  });
});

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

  it("tells equal lines of one millisecond apart by their number", async () => {
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

  it("looks a line up again when the filter changes meanwhile", async () => {
    const { history } = storedLogs(stored(3_000));
    const { feed, setQuery, dispose } = start({ history: () => history });
    feed.goToLine("l-1200-0");
    setQuery({ ...noQuery, level: "info" });
    await eventually(() => feed.target()?.line === true);
    expect(feed.attached()).toBe(false);
    dispose();
  });

  it("leaves marks that do not match out of a search, but not lines that are missing", async () => {
    const { history } = storedLogs(stored(10));
    const mark = { container: "box", containerId: "0".repeat(64), run: 2 };
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
    expect(texts()).toEqual(["Lines missing: the Docker Engine was away"]);
    setQuery({ ...noQuery, text: "exited", only: true });
    await readAll(feed);
    expect(texts()).toEqual(["Exited with code 1", "Lines missing: the Docker Engine was away"]);
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

describe("createFrameQueue", () => {
  it("spreads a burst over frames and drops the oldest beyond its bound", () => {
    const frames = manualFrames();
    const flushed: number[][] = [];
    const dropped: number[] = [];
    const queue = createFrameQueue<number>({
      flush: (items) => flushed.push(items),
      weigh: () => 1,
      maxWeight: 10,
      maxFlushWeight: 4,
      drop: (items) => dropped.push(...items),
      schedule: frames.schedule,
    });
    for (let index = 0; index < 12; index++) queue.push(index);
    expect(dropped).toEqual([0, 1]);
    while (frames.pass() > 0);
    expect(flushed).toEqual([
      [2, 3, 4, 5],
      [6, 7, 8, 9],
      [10, 11],
    ]);
  });

  it("rests after a flush that took long, so that the page stays usable", () => {
    const delays: number[] = [];
    let run: () => void = () => {};
    const queue = createFrameQueue<number>({
      flush: () => {
        const until = performance.now() + 20;
        while (performance.now() < until);
      },
      weigh: () => 1,
      maxWeight: 10,
      maxFlushWeight: 10,
      drop: () => {},
      schedule: (next, delay) => {
        run = next;
        delays.push(delay);
        return () => {};
      },
    });
    queue.push(1);
    run();
    queue.push(2);
    expect(delays[0]).toBe(0);
    expect(delays[1]).toBeGreaterThan(40);
  });
});
