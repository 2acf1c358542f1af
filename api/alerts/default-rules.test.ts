import { afterEach, beforeEach, expect, test } from "vitest";
import { alertRuleBody } from "../../shared/protocol/alert.ts";
import { silentLog } from "../../shared/server/log.ts";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";
import { openDatabase } from "../database/database.ts";
import { addDefaultRules } from "./default-rules.ts";
import { createEventStore } from "./event-store.ts";
import { createRuleStore } from "./rule-store.ts";

let folder: TempFolder;
let database: ReturnType<typeof openDatabase>;
beforeEach(async () => {
  folder = await tempFolder("defaults");
  database = openDatabase(folder.path);
});
afterEach(async () => {
  database.close();
  await folder.remove();
});

const start = () => {
  const rules = createRuleStore(database);
  const store = createEventStore(database, () => {});
  addDefaultRules(rules, store, silentLog());
  return { rules, store, names: () => rules.list().map(({ name }) => name) };
};
const added = ["Container stopped by itself", "PM2 app given up"];
/** The state that a release before the second set of rules left. */
const anOldInstallation = () => createEventStore(database, () => {}).setMeta("defaults", "2026-01-01T00:00:00.000Z");

test("a first start adds all of them", () => {
  expect(start().names()).toHaveLength(6);
});

test("an existing installation gets the new rules once, and a deleted rule does not come back", () => {
  anOldInstallation();
  const { rules, names } = start();
  expect(names().sort()).toEqual(added);
  for (const { id } of rules.list()) rules.remove(id);
  expect(start().names()).toEqual([]);
});

test("an existing rule that covers every subject replaces the default rule", () => {
  anOldInstallation();
  const own = createRuleStore(database);
  const rule = (body: object) => own.add(alertRuleBody.parse(body), null);
  rule({ name: "mine", condition: { kind: "container-stopped", anyExit: true } });
  rule({ name: "of one app", condition: { kind: "process-failed" }, subjects: { names: ["shop"] } });
  expect(start().names().sort()).toEqual(["PM2 app given up", "mine", "of one app"]);
});

test("the server starts with a full list of rules", () => {
  anOldInstallation();
  const own = createRuleStore(database);
  const body = alertRuleBody.parse({ name: "x", condition: { kind: "host-cpu", percent: 90 } });
  for (let index = 0; index < 200; index++) own.add(body, null);
  expect(start().names()).toHaveLength(200);
});
