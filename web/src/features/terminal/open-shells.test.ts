import { expect, test } from "vitest";
import type { Shell } from "../../../../shared/protocol/shell.ts";
import { createOpenShells } from "./open-shells.ts";

const shell = (id: string) => ({ id }) as Shell;

test("shows the newest shell in front, and numbers shells without gaps being filled", () => {
  const shells = createOpenShells();
  for (const id of ["a", "b"]) shells.add(shell(id));
  shells.add(shell("a")); // found again by the list of open shells
  expect(shells.ids()).toEqual(["a", "b"]);
  expect(shells.active()).toBe("b");
  shells.remove("b");
  expect(shells.active()).toBe("a");
  shells.add(shell("c"));
  expect(shells.find("c")?.number).toBe(3);
});

test("keeps the shell in front when another one is removed, and has none when all are gone", () => {
  const shells = createOpenShells();
  for (const id of ["a", "b"]) shells.add(shell(id));
  shells.activate("a");
  shells.remove("b");
  expect(shells.active()).toBe("a");
  shells.remove("a");
  expect(shells.active()).toBeUndefined();
  expect(shells.all()).toEqual([]);
});

test("changes one shell alone", () => {
  const shells = createOpenShells();
  for (const id of ["a", "b"]) shells.add(shell(id));
  shells.update("a", { end: { code: "exited", exitCode: 3 }, attached: true });
  expect(shells.find("a")).toMatchObject({ number: 1, attached: true, end: { code: "exited", exitCode: 3 } });
  expect(shells.find("b")).toEqual({ shell: shell("b"), number: 2, attached: false });
});
