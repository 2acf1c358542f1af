import { expect, test } from "vitest";
import type { Principal } from "../../shared/protocol/access.ts";
import { hasActionLabel } from "../../shared/protocol/action-labels.ts";
import { actions } from "../actions/list.ts";
import { exceptionRoutes } from "../http/access-table.ts";
import { hasKindRule, mayAct, type SeenRecord, seesRecord } from "./visibility.ts";

const caller = (more: Partial<Principal> = {}): Principal => ({
  kind: "user",
  id: "u1",
  name: "ada",
  role: "operator",
  limits: { services: null, deployments: null },
  scopes: null,
  sessionId: "s",
  expiresAt: Number.MAX_SAFE_INTEGER,
  ...more,
});
const record = (kind: string, more: Partial<SeenRecord> = {}): SeenRecord => ({
  kind,
  permission: "services:control",
  services: [],
  processes: [],
  actor: { kind: "user", id: "u2", name: "bob" },
  ownerId: "u2",
  ...more,
});
const limited = (services: string[] | null, deployments: string[] | null = null) =>
  caller({ limits: { services, deployments } });

test("every declared action has a rule for who sees it, and words", () => {
  // An action on an action has the rule of what that one changed.
  const own = actions.filter(({ target }) => target.kind === undefined).map(({ name }) => name);
  expect(own.filter((name) => !hasKindRule(name.split(":", 1)[0] ?? ""))).toEqual([]);
  const names = [
    ...actions.map(({ name }) => name),
    ...Object.values(exceptionRoutes).map(({ action }) => action ?? ""),
  ];
  expect(names.filter((name) => !hasActionLabel(name))).toEqual([]);
});

test("a caller sees the actions on containers in its scope, and on nothing else of the host", () => {
  const web = limited(["web"]);
  expect(seesRecord(web, record("service", { services: ["web"] }))).toBe(true);
  expect(seesRecord(web, record("service", { services: ["web", "db"] }))).toBe(false);
  expect(seesRecord(web, record("update", { services: [] }))).toBe(false);
  for (const kind of ["stack", "image", "volume", "network", "disk", "registry", "alert-rule", "activity"]) {
    expect(seesRecord(web, record(kind))).toBe(false);
    expect(seesRecord(caller(), record(kind))).toBe(true);
  }
  expect(seesRecord(limited(null, ["api"]), record("deployment", { processes: ["api"] }))).toBe(true);
  expect(seesRecord(limited(null, ["api"]), record("deployment", { processes: ["other"] }))).toBe(false);
  expect(seesRecord(limited(null, ["api"]), record("alert-channel"))).toBe(false);
});

test("a role or a scope of a key that cannot read a target does not read what was done to it", () => {
  expect(seesRecord(caller({ role: "viewer" }), record("stack"))).toBe(false);
  expect(seesRecord(caller({ role: "viewer" }), record("service", { services: ["web"] }))).toBe(true);
  expect(seesRecord(caller({ kind: "key", scopes: ["docker:view"] }), record("service", { services: ["web"] }))).toBe(
    false,
  );
  expect(seesRecord(caller(), record("user"))).toBe(false);
  expect(seesRecord(caller({ role: "admin" }), record("user"))).toBe(true);
  expect(seesRecord(caller({ role: "admin" }), record("unheard-of", { permission: null }))).toBe(false);
  expect(seesRecord(caller(), record("constructor"))).toBe(true);
});

test("what concerns an account is for its owner and those who manage users", () => {
  const ofBob = record("key", { permission: null });
  expect(seesRecord(caller(), ofBob)).toBe(false);
  expect(seesRecord(caller({ id: "u2" }), ofBob)).toBe(true);
  expect(seesRecord(caller({ role: "admin" }), ofBob)).toBe(true);
  // A key is not its owner.
  expect(seesRecord(caller({ kind: "key", id: "u2" }), ofBob)).toBe(false);
});

test("a scope that changed hides what was done before, except to a container that no longer exists", () => {
  const own = record("service", { services: ["db"], actor: { kind: "user", id: "u1", name: "ada" }, ownerId: "u1" });
  expect(seesRecord(limited(["web"]), own)).toBe(false);
  expect(seesRecord(limited(["web"]), own, (name) => name === "db")).toBe(true);
  expect(seesRecord(limited(["web"]), record("service", { services: ["db"] }), () => true)).toBe(false);
});

test("only callers who may do the same see the input", () => {
  expect(mayAct(caller({ role: "viewer" }), record("service"))).toBe(false);
  expect(mayAct(caller(), record("service"))).toBe(true);
  expect(mayAct(caller({ id: "u2" }), record("key", { permission: null }))).toBe(true);
});
