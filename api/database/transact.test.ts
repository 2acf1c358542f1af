import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { toAppError } from "../../shared/server/errors.ts";
import { PASSWORD } from "../access/testing.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { readAtOnce, transact } from "./transact.ts";

const wordOf = (database: DatabaseSync, name: string) =>
  Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] as number;

/** Lets the database grow no further, and fills what it has. */
function fill(database: DatabaseSync): void {
  database.exec("CREATE TABLE ballast (bytes BLOB)");
  database.exec(`PRAGMA max_page_count = ${wordOf(database, "page_count")}`);
  const insert = database.prepare("INSERT INTO ballast VALUES (zeroblob(?))");
  for (const size of [4_000, 100, 1]) {
    expect(() => {
      for (;;) insert.run(size);
    }).toThrow("full");
  }
}

function makeRoom(database: DatabaseSync): void {
  database.exec("PRAGMA max_page_count = 1000000; DROP TABLE ballast");
}

describe("a transaction", () => {
  let database: DatabaseSync;
  beforeEach(() => {
    database = new DatabaseSync(":memory:");
    database.exec("CREATE TABLE note (text TEXT)");
  });
  const notes = () => database.prepare("SELECT text FROM note").all();
  const add = (text: string) => database.prepare("INSERT INTO note VALUES (?)").run(text);

  test("writes all, and returns the result of the work", () => {
    expect(transact(database, () => add("a").changes)).toBe(1);
    expect([notes(), database.isTransaction]).toEqual([[{ text: "a" }], false]);
  });

  test("writes nothing when the work throws, and reverts outside changes first", () => {
    const seen: unknown[] = [];
    const work = () => {
      add("a");
      throw new Error("broken");
    };
    expect(() => transact(database, work, () => seen.push(database.isTransaction))).toThrow("broken");
    expect([notes(), database.isTransaction, seen]).toEqual([[], false, [true]]);
  });

  test("keeps the cause when the disk is full, or when reverting fails too", () => {
    fill(database);
    const undo = () => {
      throw new Error("undo");
    };
    for (const more of [undefined, undo]) {
      let thrown: unknown;
      try {
        transact(database, () => add("x".repeat(10_000)), more);
      } catch (error) {
        thrown = error;
      }
      expect(toAppError(thrown)).toMatchObject({ code: "storage_full", status: 507 });
      expect((thrown as Error).cause).toEqual(more && expect.objectContaining({ message: "undo" }));
      expect(database.isTransaction).toBe(false);
    }
  });

  test("of reads ends after an error too", () => {
    expect(readAtOnce(database, notes)).toEqual([]);
    expect(() =>
      readAtOnce(database, () => {
        database.exec("ROLLBACK"); // as SQLite does by itself after an error of the disk
        throw new Error("broken");
      }),
    ).toThrow("broken");
    expect(database.isTransaction).toBe(false);
  });
});

describe("the API on a full disk", () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({
      change: ({ docker }) => ({ docker: { ...docker, images: { ...docker.images, checkLogin: async () => {} } } }),
    });
  });
  afterAll(() => api?.close());

  const long = "x".repeat(60);
  const requests: [string, (name: string) => object][] = [
    ["/api/registries", (name) => ({ host: `${name}.example`, username: long, password: long })],
    [
      "/api/alerts/rules",
      (name) => ({ name, condition: { kind: "host-cpu", percent: 90 }, subjects: { names: [long] } }),
    ],
    ["/api/keys", (name) => ({ name, role: "viewer", days: 1 })],
    [
      "/api/users",
      (name) => ({ username: name, role: "viewer", password: PASSWORD, limits: { services: null, deployments: null } }),
    ],
  ];

  test("responds 507 and changes nothing, and continues once there is room", async () => {
    const { database } = api.deps;
    fill(database);
    for (const [path, bodyOf] of requests) {
      // What is free inside the pages may hold a row or two.
      let answer = await api.ask("POST", path, { body: bodyOf("first") });
      for (let n = 0; answer.status === 201 && n < 100; n++) {
        answer = await api.ask("POST", path, { body: bodyOf(`more-${n}`) });
      }
      expect(answer, path).toMatchObject({ status: 507, body: { code: "storage_full" } });
      expect(database.isTransaction).toBe(false);
    }
    makeRoom(database);
    for (const [path, bodyOf] of requests) {
      expect((await api.ask("POST", path, { body: bodyOf("last") })).status, path).toBe(201);
    }
  });
});
