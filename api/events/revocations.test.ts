import { expect, test } from "vitest";
import type { Reply } from "../../shared/client/emit/request.ts";
import { reply, startEmitReceiver, TOKEN } from "../../shared/client/emit/testing.ts";
import { type Revocation, revocation } from "../../shared/protocol/access.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { createRealtimeClient } from "./realtime-client.ts";
import { createRevocationList } from "./revocation-list.ts";
import { createRevocationSender } from "./revocation-sender.ts";

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
  const responses: (() => void)[] = [];
  const post = (_path: string, body: string) => {
    sent.push(body);
    return new Promise<Reply>((resolve) => responses.push(() => resolve({ status: 200, body: { success: true } })));
  };
  const sender = createRevocationSender({ post, log });
  sender.revoke({ principalIds: ["ada"] });
  await eventually(() => expect(sent).toHaveLength(1));
  sender.revoke({ principalIds: ["ada"] }); // the sockets that the first one cut may have connected again meanwhile
  responses[0]?.();
  await eventually(() => expect(sent).toHaveLength(2));
  expect(sent[1]).toBe(sent[0]);
  responses[1]?.();
  await sender.close();
});

test("sends revocations while a batch of events is in progress, and again after a refusal", async () => {
  const held: (() => void)[] = [];
  let released = false;
  let revocations = 0;
  const receiver = await startEmitReceiver({
    respond({ path }, response) {
      if (path === "/emit") {
        const answer = () => reply(response, 200, { success: true, delivered: 1, counts: [1] });
        if (released) return answer();
        held.push(answer);
        return true;
      }
      return path !== "/emit" && ++revocations === 1 && reply(response, 400, { success: false });
    },
  });
  const client = createRealtimeClient({ url: receiver.url, token: TOKEN, log });
  const emitted = client.emitToSystem("notice", 1);
  await eventually(() => expect(held.length).toBeGreaterThan(0));
  client.revoke({ sessionIds: ["s1"] });
  await eventually(() => expect(revocations).toBe(2));
  expect(client.counts().queued).toBe(1);
  // A request that took too long is sent again: each is answered.
  released = true;
  for (const answer of held) answer();
  expect(await emitted).toEqual({ delivered: 1 });
  await client.close();
  await receiver.stop();
});

test("sends merged revocations with the token, and tries until the server is back", async () => {
  const gone = await startEmitReceiver();
  const client = createRealtimeClient({ url: gone.url, token: TOKEN, log });
  await gone.stop();
  void client.emitToSystem("count", 1);
  client.revoke({ sessionIds: ["s1", "s2"] });
  client.revoke({ sessionIds: ["s1"], principalIds: ["u1"] });
  const receiver = await startEmitReceiver({ port: gone.port });
  const cuts = () => receiver.requests.filter(({ path }) => path === "/access/revoke");
  await eventually(() => expect(cuts()).toHaveLength(1));
  const [cut] = cuts();
  expect(revocation.parse(JSON.parse(cut?.body ?? ""))).toEqual({ sessionIds: ["s1", "s2"], principalIds: ["u1"] });
  expect(cut?.authorization).toBe(`Bearer ${TOKEN}`);
  await eventually(() => expect(receiver.data()).toEqual([1]));
  expect(cuts()).toHaveLength(1);
  await client.close();
  await receiver.stop();
});

test("retries after whatever an attempt throws, and ends its retries when it is closed", async () => {
  let attempts = 0;
  const post = async () => {
    attempts++;
    throw new TypeError("a name that no runtime's fetch uses");
  };
  const sender = createRevocationSender({ post, log });
  sender.revoke({ sessionIds: ["s1"] });
  await eventually(() => expect(attempts).toBeGreaterThan(1));
  await sender.close();
  const atClose = attempts;
  sender.revoke({ sessionIds: ["s2"] });
  await new Promise(setImmediate);
  expect(attempts).toBe(atClose);
});
