import { describe, expect, it } from "vitest";
import type { FileEntry } from "../../../../shared/protocol/file.ts";
import { baseName, crumbsOf, joinPath, nameProblem, normalizePath, parentPath } from "./file-path.ts";
import { arrange, modeText } from "./folder/file-order.ts";
import { groupOf, opensInPage } from "./folder/file-type.ts";

const entry = (name: string, fields: Partial<FileEntry> = {}): FileEntry => ({
  name,
  kind: "file",
  size: 1,
  modifiedAt: "2026-01-01T00:00:00Z",
  mode: 0o644,
  writable: true,
  removable: true,
  hidden: name.startsWith("."),
  ...fields,
});

describe("paths", () => {
  it("join, split and climb without leaving the root", () => {
    expect(joinPath("/", "a")).toBe("/a");
    expect(joinPath("/a", "b")).toBe("/a/b");
    expect(parentPath("/a/b")).toBe("/a");
    expect(parentPath("/a")).toBe("/");
    expect(parentPath("/")).toBe("/");
    expect(baseName("/a/b.txt")).toBe("b.txt");
    expect(normalizePath("a//b/../../../c/.")).toBe("/c");
    expect(crumbsOf("/a/b").map(({ path }) => path)).toEqual(["/", "/a", "/a/b"]);
  });

  it("refuse names that are none", () => {
    const free = () => false;
    expect(nameProblem("notes.txt", free)).toBeNull();
    for (const name of ["", "  ", ".", "..", "a/b", "a\0b", "é".repeat(128)])
      expect(nameProblem(name, free)).not.toBeNull();
    expect(nameProblem("a", () => true)).toBe("This name is taken");
  });
});

describe("arrange", () => {
  const entries = [
    entry("b10"),
    entry("b9", { size: 5 }),
    entry(".env"),
    entry("dir", { kind: "directory" }),
    entry("B1"),
  ];
  const names = (options: Partial<Parameters<typeof arrange>[1]>) =>
    arrange(entries, { order: "name", descending: false, hidden: false, filter: "", ...options }).map(
      ({ name }) => name,
    );

  it("puts folders first and counts numbers in names as numbers", () => {
    expect(names({})).toEqual(["dir", "B1", "b9", "b10"]);
    expect(names({ descending: true })).toEqual(["dir", "b10", "b9", "B1"]);
    expect(names({ order: "size", descending: true })).toEqual(["dir", "b9", "b10", "B1"]);
  });

  it("shows hidden entries and filters by name when asked", () => {
    expect(names({ hidden: true })).toContain(".env");
    expect(names({ filter: "B1" })).toEqual(["B1", "b10"]);
  });

  it("orders names with and without other alphabets alike", () => {
    const plain = ["b", "a10", "a9", "A9", "file-2.log", "file-10.log", "2", "10"].map((name) => entry(name));
    const order = (list: FileEntry[]) =>
      arrange(list, { order: "name", descending: false, hidden: true, filter: "" }).map(({ name }) => name);
    expect(order(plain)).toEqual(["2", "10", "A9", "a9", "a10", "b", "file-2.log", "file-10.log"]);
    expect(order([...plain, entry("zürich")]).slice(0, -1)).toEqual(order(plain));
  });

  it("arranges 100,000 entries", () => {
    const many = Array.from({ length: 100_000 }, (_, index) => entry(`file-${(index * 7919) % 100_000}.log`));
    const sorted = arrange(many, { order: "name", descending: false, hidden: true, filter: "" });
    expect([sorted[0]?.name, sorted[99_999]?.name]).toEqual(["file-0.log", "file-99999.log"]);
  });
});

describe("entries", () => {
  it("tell their group and whether the editor takes them", () => {
    expect(groupOf(entry("a.ts"))).toBe("code");
    expect(groupOf(entry("Dockerfile"))).toBe("code");
    expect(groupOf(entry("x", { kind: "symlink" }))).toBe("link");
    expect(opensInPage(entry("a.unknown"))).toBe(true);
    expect(opensInPage(entry("a.bmp"))).toBe(false);
    expect(opensInPage(entry("a.PNG", { size: 10_000_000 }))).toBe(true);
    expect(opensInPage(entry("a.png", { size: 20_000_000 }))).toBe(false);
    expect(opensInPage(entry("a.log", { size: 10_000_000 }))).toBe(false);
    expect(modeText(0o754)).toBe("rwxr-xr--");
  });
});
