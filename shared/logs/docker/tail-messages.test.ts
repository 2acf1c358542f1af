import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { ContainerIdentity, DockerHost } from "../../docker/docker-host.ts";
import { readEnd } from "./tail-messages.ts";

const record = (second: number) => {
  const body = Buffer.from(`2026-01-01T00:00:0${second}.000000000Z line ${second}\n`);
  const header = Buffer.alloc(8);
  header[0] = 1;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
};

const container = { id: "c", tty: false, logDriver: "json-file", running: true } as ContainerIdentity;

/** Reads the last 256 records of a log that gives these responses, and from then on the last one again. */
function readLast(...responses: number[][]) {
  let at = 0;
  const docker = {
    openLogs: async () => Readable.from((responses[Math.min(at++, responses.length - 1)] ?? []).map(record)),
  } as unknown as DockerHost;
  return readEnd(docker, container, 256, 256, new AbortController().signal);
}

test("one response that is empty, while the container starts again, is no damage", async () => {
  const end = await readLast([1, 2], [], [1, 2], [1, 2]);
  expect(end).toMatchObject({ isDamaged: false, isWhole: true, messages: 2 });
});

test("a log that grows while it is read is no damage", async () => {
  const end = await readLast([1], [2], [1, 2], [1, 2]);
  expect(end).toMatchObject({ isDamaged: false, isWhole: true, messages: 2 });
});

test("a log that gives fewer records than it holds, again and again, is damaged", async () => {
  const end = await readLast([1], [2], [1], [2], [1], [2], [1]);
  expect(end).toMatchObject({ isDamaged: true, isWhole: false });
});
