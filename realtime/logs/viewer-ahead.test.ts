import { afterEach, expect, test } from "vitest";
import { createContainerLogs } from "../../shared/logs/docker/container-logs.ts";
import { startOf } from "../../shared/logs/docker/container-position.ts";
import type { FollowHandlers, LogLine, LogSource, Mark, Position } from "../../shared/logs/log-source.ts";
import { silentLog } from "../../shared/server/log.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import type { LogEvent } from "./log-event.ts";
import { LogTopic } from "./log-topic.ts";

const [first, second] = ["aaaaaaaaaaaa", "555555555555"] as const;
const timeOf = (number: number) => `2026-01-01T00:00:00.${String(number).padStart(9, "0")}Z`;
const markOf = (number: number): Mark => ({ epoch: timeOf(number), at: 1 });
const lineOf = (number: number): LogLine => ({
  track: "out",
  mark: markOf(number),
  text: `${number}\n`,
  time: timeOf(number),
  error: false,
});
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
/** Of a reader of the container that has all lines up to the number. */
const at = (number: number, id: string = first): Position =>
  number === 0 ? startOf(id) : new Map(startOf(id)).set("out", markOf(number));

const topics: LogTopic[] = [];
afterEach(() => {
  for (const topic of topics.splice(0)) topic.close();
});

/** A shared stream at line 5 of a container, and what a read of its log gives after a position. */
async function topicAtFive(readAfter: LogSource["readAfter"]) {
  let handlers = {} as FollowHandlers;
  const { compare, isOther, hasNothing, formatCursor, parseCursor } = createContainerLogs(
    "box",
    {} as Parameters<typeof createContainerLogs>[1],
    {} as Parameters<typeof createContainerLogs>[2],
  );
  const source: LogSource = {
    compare,
    formatCursor,
    parseCursor,
    ...(isOther && { isOther }),
    ...(hasNothing && { hasNothing }),
    end: async () => at(5),
    readTail: async () => at(5),
    readAfter,
    follow: (_, given, signal) => {
      handlers = given;
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
    },
  };
  const viewers = new Set<(event: LogEvent) => void>();
  const broadcast = (event: LogEvent) => {
    for (const send of viewers) send(event);
  };
  const topic = new LogTopic(source, { broadcast }, silentLog());
  topics.push(topic);
  await topic.ready;
  const view = (since: Position) => {
    const story: string[] = [];
    const send = (event: LogEvent) => {
      if (event.kind === "logs") story.push(...event.batch.data.split("\n").slice(0, -1));
      else story.push(event.kind === "gap" ? `<gap ${event.gap.reason}>` : `<${event.kind}>`);
    };
    const fail = (error: Error) => {
      throw error;
    };
    const [joinLive, leaveLive] = [() => void viewers.add(send), () => void viewers.delete(send)];
    const port = { send, fail, isSlow: () => false, drained: async () => {}, joinLive, leaveLive };
    return { story, subscriber: topic.subscribe(port, { since }) };
  };
  return { view, follower: () => handlers };
}

/** A log that holds lines 1 to 10. */
const upToTen: LogSource["readAfter"] = async (from, handlers) => {
  const stored = numbers(1, 10).map(lineOf);
  await handlers.onLines(
    stored.filter(({ time }) => time > (from.get("out")?.epoch ?? "")),
    from,
  );
  return new Map(from).set("out", markOf(10));
};

/** A viewer that has read up to line 10, ahead of the shared stream at line 5. */
async function viewerAtTen() {
  const { view, follower } = await topicAtFive(upToTen);
  const viewer = view(at(1));
  await eventually(() => expect(viewer.subscriber.mode).toBe("ahead"));
  return { ...viewer, follower };
}

test("a viewer that has read on behind lost lines receives neither their gap nor a line twice", async () => {
  const { story, subscriber, follower } = await viewerAtTen();
  follower().onLost({ reason: "unreadable", to: at(7), side: "behind" });
  void follower().onLines(numbers(8, 12).map(lineOf));
  await eventually(() => expect(story).toContain("12"));
  expect(story).toEqual(numbers(2, 12).map(String));
  expect(subscriber.mode).toBe("live");
});

test("a viewer that lacks lost lines receives their gap, and what follows it", async () => {
  const { story, follower } = await viewerAtTen();
  follower().onLost({ reason: "unreadable", to: at(14), side: "behind" });
  void follower().onLines(numbers(15, 16).map(lineOf));
  await eventually(() => expect(story).toContain("16"));
  expect(story).toEqual([...numbers(2, 10).map(String), "<gap unreadable>", "15", "16"]);
});

test("a gap of which a viewer that is ahead lacks but the other stream is followed by no line twice", async () => {
  const { story, follower } = await viewerAtTen();
  const to = new Map(at(7)).set("err", { epoch: timeOf(11), at: 0 });
  follower().onLost({ reason: "unreadable", to, side: "behind" });
  void follower().onLines([...numbers(8, 10).map(lineOf), { ...lineOf(11), track: "err", error: true }, lineOf(12)]);
  await eventually(() => expect(story).toContain("12"));
  expect(story).toEqual([...numbers(2, 10).map(String), "<gap unreadable>", "11", "12"]);
});

test("a viewer that is ahead learns of lines that a removed container took away, and receives none twice", async () => {
  const { story, follower } = await viewerAtTen();
  void follower().onLines([lineOf(6)]);
  follower().onLost({ reason: "source_lost", to: at(6), side: "before" });
  void follower().onLines(numbers(7, 11).map(lineOf));
  await eventually(() => expect(story.at(-1)).toBe("11"));
  expect(story).toEqual([...numbers(2, 10).map(String), "<gap source_lost>", "11"]);
});

test("a viewer that is ahead receives what follows a gap behind which places count anew", async () => {
  const { story, follower } = await viewerAtTen();
  follower().onLost({ reason: "truncated", to: at(0) });
  void follower().onLines([lineOf(1)]);
  await eventually(() => expect(story.at(-1)).toBe("1"));
  expect(story).toEqual([...numbers(2, 10).map(String), "<gap truncated>", "1"]);
});

/** A log of which the second container has the name, with one line, or none yet. */
const secondWith = (count: number): LogSource["readAfter"] => {
  const end = count === 0 ? startOf(second) : at(3, second);
  return async (from, handlers) => {
    if (from.get("id")?.epoch === second) return end;
    handlers.onLost({ reason: "replaced", to: startOf(second) });
    if (count > 0) await handlers.onLines([lineOf(3)], startOf(second));
    return end;
  };
};

test("a viewer that returns from the container before learns that another one has the name", async () => {
  const { view, follower } = await topicAtFive(secondWith(1));
  follower().onLost({ reason: "replaced", to: startOf(second) });
  void follower().onLines([lineOf(3)]);
  const { story } = view(at(2));
  await eventually(() => expect(story).toContain("3"));
  expect(story).toEqual(["<gap replaced>", "3"]);
});

// Also where the clock was set back: the lines of the second container are older than those of the first.
test.each([0, 1])(
  "a viewer that has come to the next container, with %i lines, waits for the shared stream",
  async (count) => {
    let reads = 0;
    const readAfter = secondWith(count);
    const { view, follower } = await topicAtFive((...args) => {
      reads++;
      return readAfter(...args);
    });
    const { story, subscriber } = view(at(3));
    await eventually(() => expect(reads).toBeGreaterThan(3));
    follower().onLost({ reason: "replaced", to: startOf(second) });
    void follower().onLines(numbers(3, 4).map(lineOf));
    await eventually(() => expect(story).toContain("4"));
    expect(story).toEqual(["<gap replaced>", "3", "4"]);
    await eventually(() => expect(subscriber.mode).toBe("live"));
  },
);
