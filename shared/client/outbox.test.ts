import { expect, test } from "vitest";
import type { Revocation } from "../protocol/access.ts";
import { eventually } from "../testing/eventually.ts";
import { createOutbox, RefusedError } from "./outbox.ts";
import { createRevocationList } from "./revocation-list.ts";

const log = { info() {}, warn() {}, error() {} };
const take = (list: ReturnType<typeof createRevocationList>) => {
  const requests: Revocation[] = [];
  for (let next = list.take(); next; next = list.take()) {
    requests.push(next);
    list.done();
  }
  return requests;
};

test("merges revocations of the same session, key or user, and splits them into requests of 1,000 ids", () => {
  const list = createRevocationList();
  for (let round = 0; round < 3; round++) {
    for (let id = 0; id < 2_500; id++) list.add({ sessionIds: [`s${id}`], principalIds: id < 10 ? [`u${id}`] : [] });
  }
  expect(list.size).toBe(2_510);
  const requests = take(list);
  expect(requests.map(({ sessionIds = [] }) => sessionIds.length)).toEqual([1_000, 1_000, 500]);
  expect(requests.flatMap(({ sessionIds = [] }) => sessionIds)).toEqual([...Array(2_500).keys()].map((id) => `s${id}`));
  expect(requests.flatMap(({ principalIds = [] }) => principalIds)).toHaveLength(10);
  expect(list.size).toBe(0);
});

test("drops no revocation: too many to keep become one of everybody", () => {
  const list = createRevocationList();
  for (let id = 0; id < 10_000; id++) list.add({ sessionIds: [`s${id}`] });
  expect(list.size).toBe(10_000);
  list.add({ principalIds: ["u"] });
  expect(list.size).toBe(1);
  for (let id = 0; id < 50_000; id++) list.add({ principalIds: [`u${id}`] });
  expect(list.size).toBe(1);
  expect(take(list)).toEqual([{ all: true }]);
  list.add({ sessionIds: ["later"] });
  expect(take(list)).toEqual([{ sessionIds: ["later"], principalIds: [] }]);
});

test("keeps a request that fails, merged with what came during it and bounded", () => {
  const list = createRevocationList();
  list.add({ sessionIds: ["s1"] });
  list.take();
  list.add({ sessionIds: ["s1", "s2"] });
  list.putBack();
  expect(list.size).toBe(2);
  list.take();
  for (let id = 0; id < 9_999; id++) list.add({ principalIds: [`u${id}`] });
  list.putBack();
  expect(take(list)).toEqual([{ all: true }]);
});

test("revokes a subject once more that is revoked during its request", async () => {
  const sent: string[] = [];
  const answers: (() => void)[] = [];
  const post = (_path: string, body: string) => {
    sent.push(body);
    return new Promise<void>((resolve) => answers.push(resolve));
  };
  const outbox = createOutbox({ post, log });
  outbox.revoke({ principalIds: ["ada"] });
  await eventually(() => expect(sent).toHaveLength(1));
  outbox.revoke({ principalIds: ["ada"] }); // the sockets that the first one cut may have connected again meanwhile
  answers[0]?.();
  await eventually(() => expect(sent).toHaveLength(2));
  expect(sent[1]).toBe(sent[0]);
  answers[1]?.();
  await outbox.close();
});

test("sends revocations while a batch of events is still under way, and again after a refusal", async () => {
  const held = Promise.withResolvers<void>();
  let revocations = 0;
  const post = async (path: string) => {
    if (path === "/emit") return held.promise;
    if (++revocations === 1) throw new RefusedError("the realtime server answered 400");
  };
  const outbox = createOutbox({ post, log });
  outbox.add({ name: "system notice", json: "{}", bytes: 2 });
  outbox.revoke({ sessionIds: ["s1"] });
  await eventually(() => expect(revocations).toBe(2));
  expect(outbox.counts().queued).toBe(1);
  held.resolve();
  await eventually(() => expect(outbox.counts().queued).toBe(0));
  await outbox.close();
});

test("retries after whatever an attempt throws, and ends its retries when it is closed", async () => {
  let attempts = 0;
  const post = async () => {
    attempts++;
    throw new TypeError("a name that no runtime's fetch uses"); // p-retry alone takes it for a programming error
  };
  const outbox = createOutbox({ post, log });
  outbox.revoke({ sessionIds: ["s1"] });
  await eventually(() => expect(attempts).toBeGreaterThan(1));
  await outbox.close();
  const atClose = attempts;
  outbox.revoke({ sessionIds: ["s2"] });
  await new Promise(setImmediate);
  expect(attempts).toBe(atClose);
});
