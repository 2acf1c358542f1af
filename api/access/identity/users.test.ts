import { afterEach, beforeEach, expect, test } from "vitest";
import { type TempFolder, tempFolder } from "../../../shared/testing/temp-folder.ts";
import { openDatabase } from "../../database/database.ts";
import { createSharedWrites } from "./user-store-tx.ts";
import { createUsers } from "./users.ts";

let folder: TempFolder;
const closing: (() => void)[] = [];
beforeEach(async () => {
  folder = await tempFolder("users");
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await folder.remove();
});

/** What one process has. */
const open = () => {
  const database = openDatabase(folder.path);
  closing.push(() => database.close());
  const writes = createSharedWrites(database);
  return { users: createUsers(database, writes), writes };
};
const limits = { services: null, deployments: null };
const admin = { name: "ada", role: "admin", limits, passwordHash: "old" } as const;

test("a change keeps the concurrent change of another process", () => {
  const server = open();
  const { id } = server.users.add(admin);
  const tool = open();
  tool.users.change(id, { passwordHash: "new" });
  server.users.change(id, { totpLastStep: 7 });
  expect(server.users.byId(id)).toMatchObject({ passwordHash: "new", totpLastStep: 7 });
  tool.users.reload();
  expect(tool.users.byId(id)).toMatchObject({ passwordHash: "new", totpLastStep: 7 });
});

test("the last administrator keeps the role, also when another process removes the other administrator", () => {
  const server = open();
  const one = server.users.add(admin);
  const other = server.users.add({ ...admin, name: "grace" });
  const tool = open();
  tool.users.remove(other.id);
  expect(() => server.users.change(one.id, { role: "viewer" })).toThrow(/last administrator/);
  expect(() => server.users.remove(one.id)).toThrow(/last administrator/);
});

test("of two processes that create the first user, one succeeds", () => {
  const [one, other] = [open(), open()];
  expect(one.users.addFirst(admin)).toBeDefined();
  expect(other.users.addFirst({ ...admin, name: "eve" })).toBeUndefined();
});

test("writes of another process are reported once, own ones never", () => {
  const server = open();
  const tool = open();
  const { id } = server.users.add(admin);
  expect(server.writes.changedElsewhere()).toBe(false);
  tool.users.change(id, { role: "admin" });
  expect(server.writes.changedElsewhere()).toBe(true);
  expect(server.writes.changedElsewhere()).toBe(false);
  server.users.change(id, { passwordHash: "x" });
  expect(server.writes.changedElsewhere()).toBe(false);
  tool.users.change(id, { passwordHash: "y" });
  server.users.change(id, { passwordHash: "z" });
  expect(server.writes.changedElsewhere()).toBe(true);
});
