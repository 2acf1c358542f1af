import { expect, test } from "vitest";
import { createPassThrough } from "./pass-through.ts";
import { Session } from "./session.ts";

test("one key leaves room at a server for the others, however many sessions it opens", async () => {
  const sent: string[] = [];
  const never = new Promise<never>(() => {});
  const pass = createPassThrough({
    connection: () => ({
      name: "s",
      raw: () => undefined,
      wake: () => never,
      request: (_method, params, { signal }) => {
        sent.push(String(params.who));
        return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
      },
      subscribe: () => never,
      unsubscribe: () => never,
    }),
    calls: { start: () => ({ end: () => {} }) },
    timeoutSeconds: () => 600,
    take: async () => {},
  });
  const sessions: Session[] = [];
  const call = (keyId: string) => {
    const session = new Session(String(sessions.length), { keyId, keyName: keyId }, "2025-11-25", {});
    sessions.push(session);
    const request = { serverId: "s", method: "tools/call", params: { who: keyId }, target: "t" };
    return pass.send(
      session,
      session.start(1, () => true),
      request,
    );
  };
  const refusals: string[] = [];
  for (let made = 0; made < 140; made++) call("greedy").catch((error: Error) => refusals.push(error.message));
  call("other").catch(() => {});
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent.filter((who) => who === "greedy")).toHaveLength(128);
  expect(sent).toContain("other");
  expect(new Set(refusals)).toEqual(new Set(["Too many requests of this key are running at this server."]));
  for (const session of sessions) session.end();
});
