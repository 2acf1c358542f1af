import { beforeEach, describe, expect, it } from "vitest";
import { drafts } from "./drafts.ts";

const items = new Map<string, string>();
const storage = {
  getItem: (key: string) => items.get(key) ?? null,
  setItem: (key: string, text: string) => {
    items.set(key, text);
    Object.assign(storage, { [key]: text });
  },
  removeItem: (key: string) => {
    items.delete(key);
    delete (storage as Record<string, unknown>)[key];
  },
};

beforeEach(() => {
  for (const key of [...items.keys()]) storage.removeItem(key);
  Object.defineProperty(globalThis, "sessionStorage", { value: storage, configurable: true });
  drafts.open("ada");
});

describe("drafts", () => {
  it("come back until they are dropped", () => {
    expect(drafts.keep("file:/a", { content: "x" })).toBe(true);
    expect(drafts.read("file:/a")?.value).toEqual({ content: "x" });
    expect(drafts.names("file:")).toEqual(["file:/a"]);
    drafts.drop("file:/a");
    expect(drafts.read("file:/a")).toBeNull();
    expect(drafts.names("file:")).toEqual([]);
  });

  it("belong to one person, and are gone after a log-out", () => {
    drafts.keep("file:/a", "ada's");
    drafts.open("bob");
    expect(drafts.read("file:/a")).toBeNull();
    drafts.open("ada");
    expect(drafts.read("file:/a")).toBeNull();
    drafts.keep("file:/a", "again");
    drafts.close();
    expect(items.size).toBe(0);
    expect(drafts.keep("file:/a", "late")).toBe(false);
    expect(items.size).toBe(0);
  });

  it("are bounded in number and size; one without room is rejected, and others are kept", () => {
    for (let index = 0; index < 30; index++) expect(drafts.keep(`${index}`, "x")).toBe(true);
    expect(drafts.keep("more", "x")).toBe(false);
    expect(drafts.keep("3", "y")).toBe(true);
    expect(drafts.keep("3", "z".repeat(4_000_000))).toBe(false);
    expect(drafts.read("3")).toBeNull();
    expect(drafts.read("4")?.value).toBe("x");
  });

  it("end after a week, and when they cannot be read", () => {
    items.set("draft:ada:old", JSON.stringify({ value: 1, keptAt: Date.now() - 8 * 24 * 3_600_000 }));
    items.set("draft:ada:cut", '{"value":');
    expect([drafts.read("old"), drafts.read("cut")]).toEqual([null, null]);
    expect(items.size).toBe(0);
  });
});
