import { expect, test } from "vitest";
import type { Principal } from "../../../shared/protocol/access.ts";
import { createSession, type SessionApi } from "./session.ts";

const principal: Principal = {
  kind: "user",
  id: "1",
  name: "lena",
  role: "operator",
  scopes: null,
  limits: { services: null, deployments: null },
  sessionId: "1",
  expiresAt: 0,
};

/** The two endpoints of the API as far as a session reads them. */
function createApi(account: () => Principal | null, needsSetup = false): SessionApi {
  return {
    session: { get: async () => account(), end: async () => undefined },
    setup: { needed: async () => needsSetup },
  };
}

test("requests nothing before it is loaded", () => {
  expect(createSession(createApi(() => expect.fail("requested"))).state()).toEqual({ kind: "loading" });
});

test("is signed in with the permissions of the account", async () => {
  const session = createSession(createApi(() => principal));
  expect(session.may("services:control")).toBe(false);
  await session.load();
  expect(session.state()).toEqual({ kind: "signed-in", principal });
  expect([session.may("services:control"), session.may("access:manage")]).toEqual([true, false]);
});

test("without an account it is signed out, or asks for the first administrator", async () => {
  const session = createSession(createApi(() => null));
  const first = createSession(createApi(() => null, true));
  await Promise.all([session.load(), first.load()]);
  expect([session.state().kind, first.state().kind]).toEqual(["signed-out", "setup"]);
});

test("two sessions on one page do not share their state", async () => {
  const a = createSession(createApi(() => principal));
  const b = createSession(createApi(() => null));
  await Promise.all([a.load(), b.load()]);
  expect([a.state().kind, b.state().kind]).toEqual(["signed-in", "signed-out"]);
});

test("a refused live connection ends the session only if the API says so", async () => {
  let account: Principal | null = principal;
  const session = createSession(createApi(() => account));
  await session.load();
  await session.recheck();
  expect(session.state().kind).toBe("signed-in");
  account = null;
  await session.recheck();
  expect(session.state().kind).toBe("signed-out");
});

test("stays signed in while the API does not respond, and says so when it never did", async () => {
  let fails = false;
  const session = createSession(
    createApi(() => {
      if (fails) throw new Error("unreachable");
      return principal;
    }),
  );
  await session.load();
  fails = true;
  await session.recheck();
  expect(session.state().kind).toBe("signed-in");
  await session.load();
  expect(session.state().kind).toBe("unreachable");
  expect(session.failure()?.error).toBeInstanceOf(Error);
});
