import { expect, it } from "vitest";
import { createCallHistory } from "./call-history.ts";

const toMessage = (error: unknown) => (error instanceof Error ? error.message : "");

it("keeps what was asked, what came back and how long it took, newest first", async () => {
  let clock = 0;
  const history = createCallHistory({
    call: async (tool) => {
      clock += 25;
      if (tool === "bad") throw new Error("The server is not running");
      return { content: [{ type: "text", text: "pong" }] };
    },
    toMessage,
    now: () => clock,
  });
  await history.run("ping", { a: 1 });
  await history.run("bad", {});
  expect(history.calls()).toMatchObject([
    { tool: "bad", error: "The server is not running", result: null },
    { tool: "ping", arguments: { a: 1 }, duration: 25, error: null, result: { failed: false } },
  ]);
});

it("cancels a call that takes too long", async () => {
  const history = createCallHistory({
    call: (_tool, _args, signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    toMessage,
  });
  const done = history.run("slow", {});
  history.cancel(history.calls()[0]?.id ?? 0);
  await done;
  expect(history.calls()[0]?.error).toBe("Cancelled");
});

it("keeps no more than fifty", async () => {
  const history = createCallHistory({ call: async () => ({ content: [] }), toMessage });
  for (let index = 0; index < 60; index++) await history.run(`${index}`, {});
  expect(history.calls()).toHaveLength(50);
  expect(history.calls()[0]?.tool).toBe("59");
});

it("shows the progress of a call while it runs", async () => {
  const seen: (string | null | undefined)[] = [];
  const history = createCallHistory({
    call: async (_tool, _args, _signal, onProgress) => {
      for (const at of [{ progress: 3 }, { progress: 2, total: 5, message: "copying" }]) {
        onProgress(at);
        seen.push(history.calls()[0]?.progress);
      }
      return { content: [] };
    },
    toMessage,
  });
  await history.run("slow", {});
  expect(seen).toEqual(["step 3", "40% · copying"]);
});
