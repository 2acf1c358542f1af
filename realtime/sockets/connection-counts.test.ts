import { expect, test } from "vitest";
import { createConnectionCounts } from "./connection-counts.ts";

const caps = { total: 4, perAddress: 2, perSession: 4 };
const limited = expect.objectContaining({ code: "rate_limited" });

test("limits the connections of an address block and in total, and counts each release once", () => {
  const counts = createConnectionCounts(caps);
  const leave = counts.enter("2001:db8::1");
  counts.enter("2001:db8::2");
  expect(() => counts.enter("2001:db8::3")).toThrow(limited);
  counts.enter("192.0.2.1");
  counts.enter("192.0.2.2");
  expect(() => counts.enter("192.0.2.3")).toThrow(limited);
  leave();
  leave();
  expect(counts.total).toBe(3);
  counts.enter("2001:db8::3");
  expect(() => counts.enter("2001:db8::4")).toThrow(limited);
});

test("limits loopback only in total, since a proxy can be there", () => {
  const counts = createConnectionCounts(caps);
  for (let count = 0; count < caps.total; count++) counts.enter("127.0.0.1");
  expect(() => counts.enter("127.0.0.1")).toThrow(limited);
});

test("reserves half of the total for connections with an identity", () => {
  const counts = createConnectionCounts(caps);
  const identify = counts.enterUnidentified();
  counts.enterUnidentified();
  expect(() => counts.enterUnidentified()).toThrow(limited);
  identify();
  identify();
  counts.enterUnidentified();
  expect(() => counts.enterUnidentified()).toThrow(limited);
});
