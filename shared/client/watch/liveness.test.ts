import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLiveness } from "./liveness.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start() {
  const page = { asked: 0, watched: true, sends: true, changes: [] as boolean[] };
  const liveness = createLiveness({
    quietMs: 3_000,
    answerMs: 4_000,
    ask() {
      page.asked++;
      return page.sends;
    },
    isWatched: () => page.watched,
    onChange: () => page.changes.push(liveness.isSilent()),
  });
  liveness.start();
  return { page, liveness };
}

/** Passes time in which no timer runs: a machine that sleeps, a tab that is frozen, a page that is busy. */
const freeze = (ms: number) => vi.setSystemTime(Date.now() + ms);

test("a server that hangs is noticed ten seconds after its last packet, at most", () => {
  const { page, liveness } = start();
  vi.advanceTimersByTime(1);
  liveness.heard();
  vi.advanceTimersByTime(10_000);
  expect([page.asked, page.changes]).toEqual([1, [true]]);
  liveness.heard();
  expect(page.changes).toEqual([true, false]);
  vi.advanceTimersByTime(10_000);
  expect(page.changes).toEqual([true, false, true]);
});

test("a server that sends by itself is never asked, one that is quiet every seven seconds", () => {
  const { page, liveness } = start();
  for (let n = 0; n < 60; n++) {
    vi.advanceTimersByTime(1_000);
    liveness.heard();
  }
  expect(page.asked).toBe(0);
  let answered = 0;
  const answer = setInterval(() => {
    if (page.asked === answered) return;
    answered = page.asked;
    liveness.heard();
  }, 50);
  vi.advanceTimersByTime(70_000);
  clearInterval(answer);
  expect(page.asked).toBeGreaterThanOrEqual(9);
  expect(page.asked).toBeLessThanOrEqual(10);
  expect(page.changes).toEqual([]);
});

test("an answer that takes almost four seconds is no silence", () => {
  const { page, liveness } = start();
  for (let n = 0; n < 5; n++) {
    vi.advanceTimersByTime(6_900);
    liveness.heard();
    vi.advanceTimersByTime(100);
  }
  expect(page.changes).toEqual([]);
});

test("a machine that wakes from sleep asks again before it judges", () => {
  const { page, liveness } = start();
  vi.advanceTimersByTime(3_000);
  expect(page.asked).toBe(1);
  freeze(8 * 3_600_000);
  vi.advanceTimersByTime(4_000);
  expect([page.asked, page.changes]).toEqual([2, []]);
  liveness.heard();
  vi.advanceTimersByTime(4_000);
  expect(page.changes).toEqual([]);
});

test("a hidden page neither asks nor judges, and asks at once when it is visible again", () => {
  const { page, liveness } = start();
  vi.advanceTimersByTime(3_000);
  page.watched = false;
  vi.advanceTimersByTime(600_000);
  expect([page.asked, page.changes]).toEqual([1, []]);
  page.watched = true;
  liveness.check();
  expect(page.asked).toBe(2);
  vi.advanceTimersByTime(4_000);
  expect(page.changes).toEqual([true]);
});

test("a connection that is closed or cannot be asked is not silent", () => {
  const { page, liveness } = start();
  page.sends = false;
  vi.advanceTimersByTime(60_000);
  expect(page.changes).toEqual([]);
  page.sends = true;
  vi.advanceTimersByTime(7_000);
  liveness.stop();
  expect(page.changes).toEqual([true, false]);
  vi.advanceTimersByTime(60_000);
  liveness.check();
  expect([page.changes, vi.getTimerCount()]).toEqual([[true, false], 0]);
});
