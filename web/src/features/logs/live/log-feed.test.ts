import { describe, expect, it } from "vitest";
import { notices } from "../messages.ts";
import { noQuery } from "../search/log-query.ts";
import { batch, iso, source, start } from "./testing.ts";

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

  it("shows no time for a state that it found, and shows that a container has not run yet", () => {
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

  it("puts the end of a run at its time, whenever it is reported", () => {
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

  it("keeps the lines after a notice in their order of time, also those of a log that is behind the others", () => {
    const { frames, first, setSources, texts, dispose } = start();
    const second = source();
    setSources([
      { key: "first", open: first.open },
      { key: "second", open: second.open, origin: { name: "second", colour: 2 } },
    ]);
    first.state.handlers?.onLogs(batch("a1\n"));
    second.state.handlers?.onLogs(batch("b1\n", 30_000));
    second.state.handlers?.onLogs(batch("b2\n", 60_000));
    first.state.handlers?.onState("reattaching");
    frames.pass();
    first.state.handlers?.onLogs(batch("a2\n", 10_000));
    frames.pass();
    expect(texts()).toEqual(["a1", "a2", "b1", notices.reattaching, "b2"]);
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
