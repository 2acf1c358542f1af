import { expect, test } from "vitest";
import { createFloodGate, MAX_CHANGES } from "./flood-gate.ts";

test("passes changes on up to its limit, then rescans until the flood is over, and tells how long it was", async () => {
  const passed: string[] = [];
  const settled = Promise.withResolvers<number>();
  const gate = createFloodGate((type, name) => void passed.push(`${type} ${name}`), settled.resolve);
  for (let index = 0; index < 3_000; index++) gate.change("add", `file ${index}`);
  expect(passed).toHaveLength(MAX_CHANGES + 1);
  expect(passed.at(-1)).toBe("rescan ");
  expect(await settled.promise).toBe(3_000);
  // The first one is read during the flood, the second after its last change.
  expect(passed.slice(MAX_CHANGES)).toEqual(["rescan ", "rescan "]);
  gate.change("add", "later");
  expect(passed.at(-1)).toBe("add later");
  gate.close();
});

test("passes on at once that the folder itself is gone or back", () => {
  const passed: string[] = [];
  const gate = createFloodGate(
    (type) => void passed.push(type),
    () => {},
    1,
  );
  for (const name of ["a", "b", "c"]) gate.change("add", name);
  gate.change("unlinkDir", "");
  expect(passed).toEqual(["add", "rescan", "unlinkDir"]);
  gate.close();
});
