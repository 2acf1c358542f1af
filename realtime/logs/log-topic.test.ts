import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ContainerEvents, openContainerEvents } from "../../shared/docker/container-events.ts";
import { createDockerHost } from "../../shared/docker/docker-host.ts";
import { createContainerLogs } from "../../shared/logs/docker/container-logs.ts";
import { silentLog } from "../../shared/server/log.ts";
import { CUE, testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import type { LogEvent } from "./log-event.ts";
import { LogTopic } from "./log-topic.ts";

const linesOf = (events: LogEvent[]) =>
  events.flatMap((event) => (event.kind === "logs" ? event.batch.data.split("\n").slice(0, -1).map(Number) : []));

describe.skipIf(await lacks("docker"))("the topic of a container that writes to stdout alone", () => {
  const engine = testEngine();
  const docker = createDockerHost({ dockerHost: engine.dockerHost });
  let events: ContainerEvents;
  beforeAll(() => {
    events = openContainerEvents(docker, silentLog());
  });
  afterAll(async () => {
    await events.close();
    await engine.removeAll();
  });

  test("ends with the error of its reader, instead of reading the same lines forever", async () => {
    const { name } = await engine.run({ script: "i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done" });
    const source = createContainerLogs(name, docker, events);
    const abort = new AbortController();
    let calls = 0;
    const handlers = {
      onLines: () => {
        calls++;
        throw new Error("the reader is broken");
      },
      onLost: () => {},
      onState: () => {},
      onClosed: () => {},
      onNotice: () => {},
      onDegraded: () => {},
    };
    const from = await source.end(abort.signal);
    await expect(source.follow(from, handlers, abort.signal)).rejects.toThrow("the reader is broken");
    expect(calls).toBe(1);
  });

  test("sends what is written once a subscription is acknowledged, also when the log is read late", async () => {
    const { name, cue } = await engine.run({ script: `${CUE}; seq 3000; exec sleep 100` });
    const source = createContainerLogs(name, docker, events);
    const read = Promise.withResolvers<void>();
    const late = {
      ...source,
      readTail: async (...args: Parameters<typeof source.readTail>) => {
        await read.promise;
        return source.readTail(...args);
      },
    };
    const seen: LogEvent[] = [];
    const send = (event: LogEvent) => void seen.push(event);
    const topic = new LogTopic(late, { broadcast: send }, silentLog());
    const fail = (error: Error) => {
      throw error;
    };
    const live = { joinLive: () => {}, leaveLive: () => {} };
    const port = { send, fail, isSlow: () => false, drained: async () => {}, ...live };
    try {
      await topic.ready;
      const { placed } = topic.subscribe(port, { tail: 0 });
      read.resolve();
      await placed;
      await cue();
      await eventually(() => linesOf(seen).length >= 3_000);
      expect(linesOf(seen)).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1));
    } finally {
      topic.close();
    }
  });

  test("sends each line once to every viewer, whenever it joined", async () => {
    const { name } = await engine.run({ script: "i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done" });
    const broadcast: LogEvent[] = [];
    const port = { broadcast: (event: LogEvent) => void broadcast.push(event) };
    const topic = new LogTopic(createContainerLogs(name, docker, events), port, silentLog());
    try {
      await topic.ready;
      await eventually(() => linesOf(broadcast).length > 20);
      const viewers = Array.from({ length: 3 }, () => {
        const own: LogEvent[] = [];
        let joinedAt = -1;
        const subscriber = topic.subscribe(
          {
            send: (event) => void own.push(event),
            fail: (error) => {
              throw error;
            },
            isSlow: () => false,
            drained: async () => {},
            joinLive: () => {
              joinedAt = broadcast.length;
            },
            leaveLive: () => {},
          },
          { tail: 5 },
        );
        return { subscriber, own, live: () => broadcast.slice(joinedAt) };
      });
      await eventually(() => viewers.every(({ subscriber }) => subscriber.mode === "live"));
      await eventually(() => viewers.every(({ live }) => linesOf(live()).length > 20));
      for (const { own, live } of viewers) {
        const numbers = linesOf([...own, ...live()]);
        expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] as number) + index));
      }
    } finally {
      topic.close();
    }
  });
});
