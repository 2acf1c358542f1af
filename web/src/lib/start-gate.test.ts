import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createStartGate } from "./start-gate.ts";

const namespace = () => {
  const listeners = new Set<() => void>();
  return {
    onConnect(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    connect() {
      for (const listener of [...listeners]) listener();
    },
    listeners,
  };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("opens when every namespace is connected, and reports later connects only", async () => {
  const [services, mcp] = [namespace(), namespace()];
  const gate = createStartGate([services, mcp]);
  const refreshed: string[] = [];
  gate.onConnect(services, () => refreshed.push("services"));
  gate.onConnect(mcp, () => refreshed.push("mcp"));
  services.connect();
  mcp.connect();
  await gate.opened;
  expect(refreshed).toEqual([]);
  mcp.connect();
  expect(refreshed).toEqual(["mcp"]);
  expect(services.listeners.size).toBe(1); // its own are gone
});

test("opens without a connection after the wait: the list that was fetched then is fetched again at the connect", async () => {
  const services = namespace();
  const gate = createStartGate([services], 400);
  const refresh = vi.fn();
  gate.onConnect(services, refresh);
  let isOpen = false;
  void gate.opened.then(() => {
    isOpen = true;
  });
  await vi.advanceTimersByTimeAsync(399);
  expect(isOpen).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(isOpen).toBe(true);
  services.connect();
  expect(refresh).toHaveBeenCalledOnce();
});
