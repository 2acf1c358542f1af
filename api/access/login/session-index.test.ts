import { expect, test } from "vitest";
import type { Session } from "./session-index.ts";
import { createSessionIndex } from "./session-index.ts";

const session = (id: string, fields: Partial<Session> = {}): Session => ({
  id,
  tokenHash: `hash of ${id}`,
  userId: "ada",
  createdAt: "2026-01-01T00:00:00.000Z",
  createdTick: 0,
  lastSeenAt: "2026-01-01T00:00:00.000Z",
  lastSeenTick: 0,
  provedTick: 0,
  address: "",
  userAgent: "",
  ...fields,
});

test("keeps proof and a later last use of sessions that are read again, and reports those that are gone", () => {
  const index = createSessionIndex();
  for (const id of ["stays", "ends"]) index.add(session(id, { provedTick: 5 }));
  const [stays, ends] = index.all();
  if (!stays || !ends) throw new Error("no sessions");
  for (const each of [stays, ends]) index.use(each, 7, "2026-01-01T00:00:07.000Z");

  expect(index.replace([session("stays"), session("new")])).toEqual(["ends"]);
  expect(index.byId("stays")).toEqual(
    session("stays", { provedTick: 5, lastSeenTick: 7, lastSeenAt: "2026-01-01T00:00:07.000Z" }),
  );
  expect(index.byToken("hash of ends")).toBeUndefined();
  expect(index.used().map(({ id }) => id)).toEqual(["stays"]);

  expect(index.replace([session("stays", { lastSeenTick: 9, lastSeenAt: "2026-01-01T00:00:09.000Z" })])).toEqual([
    "new",
  ]);
  expect(index.byId("stays")).toMatchObject({ provedTick: 5, lastSeenTick: 9, lastSeenAt: "2026-01-01T00:00:09.000Z" });
});

test("lists a used session until its use is stored or the session is removed", () => {
  const index = createSessionIndex();
  const [first, second] = [session("first"), session("second")];
  for (const each of [first, second]) {
    index.add(each);
    index.use(each, 1, each.lastSeenAt);
  }
  index.markStored([first]);
  expect(index.used()).toEqual([second]);
  index.remove("second");
  expect([index.used(), index.all(), index.byToken(second.tokenHash)]).toEqual([[], [first], undefined]);
});
