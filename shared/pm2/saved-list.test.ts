import { expect, test } from "vitest";
import { boundNames, compareSaved, toSavedList } from "./saved-list.ts";

const app = (fields: object) => ({ pm2_env: { pm_id: 0, name: "api", namespace: "default", env: {}, ...fields } });

test("a list is compared by app, settings and names of variables, whatever order and run", () => {
  const now = toSavedList([
    app({ pm_exec_path: "/srv/new.js", env: { A: "1", B: "2", unique_id: "x" }, status: "online" }),
    app({ pm_id: 1, name: "a/b\n%", namespace: "shop" }),
  ]);
  const saved = [
    { name: "gone", env: { T: "1" } },
    { name: "api", pm_exec_path: "/srv/old.js", env: { B: "3", C: "4", unique_id: "y" }, status: "stopped" },
  ];
  expect(compareSaved(now, saved)).toEqual([
    {
      id: "api",
      state: "different",
      changed: ["script", "stopped", "environment"],
      environment: [
        { name: "A", change: "added" },
        { name: "B", change: "changed" },
        { name: "C", change: "removed" },
      ],
    },
    { id: "shop/a%2Fb%0A%25", state: "unsaved", changed: [], environment: [] },
    { id: "gone", state: "only-saved", changed: [], environment: [{ name: "T", change: "removed" }] },
  ]);
});

test("what is no process is left out, also modules of PM2 and the outgoing processes of a reload", () => {
  const odd = [null, 3, "x", {}, { pm2_env: null }, app({ pm_id: "_old_3" }), app({ pmx_module: true })];
  expect(toSavedList(odd)).toEqual([]);
  // Fields of another type than PM2 writes.
  expect(compareSaved(toSavedList([app({ name: 7, env: "text", namespace: null })]), [{ env: {} }])).toEqual([
    { id: "7", state: "unsaved", changed: [], environment: [] },
  ]);
});

test("five hundred unsaved apps are all named, with the names of their variables within a bound", () => {
  const env = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`NAME_${index}`, "secret"]));
  const list = Array.from({ length: 500 }, (_, index) => app({ pm_id: index, name: `app ${index}`, env }));
  const bounded = boundNames(compareSaved(toSavedList(list), []));
  expect(bounded).toHaveLength(500);
  expect(bounded[0]?.environment).toHaveLength(100);
  expect(bounded.flatMap(({ environment }) => environment)).toHaveLength(5_000);
  expect(JSON.stringify(bounded)).not.toContain("secret");
});
