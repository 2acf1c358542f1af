import { randomUUID } from "node:crypto";
import { cp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import { silentLog } from "../../shared/server/log.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";
import { openDatabase } from "./database.ts";
import { adoptProcessNames } from "./process-names.ts";

const migrations = join(import.meta.dirname, "migrations");
const deployment = (namespace: string, name: string): Deployment => ({
  id: namespace === "default" ? name : `${namespace}/${name}`,
  name,
  namespace,
  status: "online",
  mode: "fork",
  instances: [],
  script: "x",
  version: null,
  watching: false,
  own: false,
  daemon: "",
  user: "ada",
  readOnly: false,
});
const condition = { kind: "process-failed" };

let folder: TempFolder;
let dataDir: string;
let database: DatabaseSync;

beforeAll(async () => {
  folder = await tempFolder("names");
  dataDir = join(folder.path, "data");
  const earlier = join(folder.path, "migrations");
  await cp(migrations, earlier, { recursive: true });
  for (const file of await readdir(earlier)) if (file >= "070") await rm(join(earlier, file));
  const old = openDatabase(dataDir, earlier);
  const user = "INSERT INTO user (id, name, role, limits, created_at) VALUES (?, ?, 'viewer', ?, '2026-01-01')";
  old.prepare(user).run("u1", "ada", JSON.stringify({ services: ["web/x"], deployments: ["api", "a/b:c%"] }));
  old.prepare(user).run("u2", "bob", JSON.stringify({ services: null, deployments: null }));
  const key = `INSERT INTO api_key (id, key_hash, prefix, name, owner_id, role, limits, created_at, expires_at, expires_tick)
    VALUES ('k1', 'h', 'p', 'ci', 'u1', 'viewer', ?, '2026-01-01', '2027-01-01', 1)`;
  old.prepare(key).run(JSON.stringify({ services: null, deployments: ["gone", "api"] }));
  const rule = "INSERT INTO alert_rule (id, name, enabled, settings, created_at) VALUES (?, 'r', 1, ?, '2026-01-01')";
  old.prepare(rule).run("r1", JSON.stringify({ condition, subjects: { names: ["ap*"], projects: [] } }));
  old.prepare(rule).run("r2", JSON.stringify({ condition, subjects: { names: [], projects: [] } }));
  const disks = { condition: { kind: "host-disk" }, subjects: { names: ["/data"], projects: [] } };
  old.prepare(rule).run("r3", JSON.stringify(disks));
  old.close();
  database = openDatabase(dataDir);
});
afterAll(async () => {
  database?.close();
  await folder?.remove();
});

const read = (table: string, column: string, id: string) =>
  JSON.parse(String(database.prepare(`SELECT ${column} AS text FROM ${table} WHERE id = ?`).get(id)?.text));
const limitsOf = (id: string) => read("user", "limits", id);
const namesOf = (id: string) => read("alert_rule", "settings", id).subjects.names;
const left = () => database.prepare("SELECT name FROM old_process_name").all();

test("names stored before namespaces counted are ids of default apps from the first start on", () => {
  expect(limitsOf("u1")).toEqual({ services: ["web/x"], deployments: ["api", "default/a%2Fb%3Ac%25"] });
  expect(limitsOf("u2")).toEqual({ services: null, deployments: null });
  expect([namesOf("r1"), namesOf("r2"), namesOf("r3")]).toEqual([["ap*"], [], ["/data"]]);
});

test("apps of the same name in other namespaces are added once, and a later app of that name is not", async () => {
  let adopted = 0;
  const options = { database, dataDir, log: silentLog(), onAdopted: () => void adopted++ };
  const first = [deployment("default", "api"), deployment("shop", "api"), deployment("shop", "other")];
  const adoption = adoptProcessNames({ ...options, processes: { list: async () => first } });
  try {
    await eventually(() => expect(adopted).toBe(1));
    expect(limitsOf("u1").deployments).toEqual(["api", "default/a%2Fb%3Ac%25", "shop/api"]);
    expect(read("api_key", "limits", "k1").deployments).toEqual(["gone", "api", "shop/api"]);
    expect([namesOf("r1"), namesOf("r2")]).toEqual([["ap*", "shop/api"], []]);
  } finally {
    adoption.close();
  }
  // What PM2 has not told of yet waits; what it has told of is settled.
  expect(left()).toEqual([{ name: "gone" }, { name: "a/b:c%" }]);
  let asked = 0;
  const later = [...first, deployment(`late-${randomUUID()}`, "api")];
  const list = async () => {
    asked++;
    return later;
  };
  const second = adoptProcessNames({ ...options, processes: { list } });
  await eventually(() => expect(asked).toBe(1));
  await eventually(() => expect(limitsOf("u1").deployments).toHaveLength(3));
  second.close();
});
