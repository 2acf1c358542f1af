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

/** A log that gives lines up to 10 to whoever reads it. */
const upToTen: LogSource["readAfter"] = async (from, handlers) => {
  const stored = numbers(1, 10).map(lineOf);
  await handlers.onLines(
    stored.filter(({ time }) => time > (from.get("out")?.epoch ?? "")),
    from,
  );
  return new Map(from).set("out", markOf(10));
};

test("a viewer that has read on behind lost lines receives neither their gap nor a line twice", async () => {
  const { view, follower } = await topicAtFive(upToTen);
  const { story, subscriber } = view(at(1));
  await eventually(() => expect(subscriber.mode).toBe("ahead"));
  follower().onLost({ reason: "unreadable", to: at(7) });
  void follower().onLines(numbers(8, 12).map(lineOf));
  await eventually(() => expect(story).toContain("12"));
  expect(story).toEqual(numbers(2, 12).map(String));
  expect(subscriber.mode).toBe("live");
});

test("a viewer that lacks lost lines receives their gap, and what follows it", async () => {
  const { view, follower } = await topicAtFive(upToTen);
  const { story, subscriber } = view(at(1));
  await eventually(() => expect(subscriber.mode).toBe("ahead"));
  follower().onLost({ reason: "unreadable", to: at(14) });
  void follower().onLines(numbers(15, 16).map(lineOf));
  await eventually(() => expect(story).toContain("16"));
  expect(story).toEqual([...numbers(2, 10).map(String), "<gap unreadable>", "15", "16"]);
});

const replacing: LogSource["readAfter"] = async (from, handlers) => {
  if (from.get("id")?.epoch === second) return at(20, second);
  handlers.onLost({ reason: "replaced", to: startOf(second) });
  await handlers.onLines([lineOf(20)], startOf(second));
  return at(20, second);
};

test("a viewer that returns from the container before learns that another one has the name", async () => {
  const { view, follower } = await topicAtFive(replacing);
  follower().onLost({ reason: "replaced", to: startOf(second) });
  void follower().onLines([lineOf(20)]);
  const { story } = view(at(3));
  await eventually(() => expect(story).toContain("20"));
  expect(story).toEqual(["<gap replaced>", "20"]);
});

test("a viewer that has come to the next container waits for the shared stream, without a gap", async () => {
  let reads = 0;
  const { view, follower } = await topicAtFive((...args) => {
    reads++;
    return replacing(...args);
  });
  const { story, subscriber } = view(at(3));
  // More reads than a viewer of a fast log makes before it gives up.
  await eventually(() => expect(reads).toBeGreaterThan(12));
  follower().onLost({ reason: "replaced", to: startOf(second) });
  void follower().onLines(numbers(20, 21).map(lineOf));
  await eventually(() => expect(story).toContain("21"));
  expect(story).toEqual(["<gap replaced>", "20", "21"]);
  await eventually(() => expect(subscriber.mode).toBe("live"));
});
