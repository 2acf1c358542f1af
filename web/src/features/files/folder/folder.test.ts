import { createRoot, createSignal } from "solid-js";
import { describe, expect, it } from "vitest";
import type { FileChange } from "../../../../../shared/protocol/events/files.ts";
import type { FileEntry, FolderListing } from "../../../../../shared/protocol/file.ts";
import { eventually } from "../../../../../shared/testing/eventually.ts";
import { createFolder } from "./folder.ts";

const entry = (name: string): FileEntry => ({
  name,
  kind: "file",
  size: 0,
  modifiedAt: "2026-01-01T00:00:00Z",
  mode: 0o644,
  writable: true,
  removable: true,
  hidden: false,
});

function start(disk: Record<string, string[]>) {
  const watching = new Map<string, (change: FileChange) => void>();
  const calls: string[] = [];
  const list = async (
    path: string,
    { after, limit = 500 }: { after?: string; limit?: number },
  ): Promise<FolderListing> => {
    calls.push(path);
    const names = disk[path];
    if (!names) throw new Error("gone");
    const from = after === undefined ? 0 : Number(after);
    const next = from + limit < names.length ? String(from + limit) : null;
    return {
      path,
      root: "/srv",
      entries: names.slice(from, from + limit).map(entry),
      writable: true,
      total: names.length,
      next,
    };
  };
  const watch = (path: string, onChange: (change: FileChange) => void) => {
    watching.set(path, onChange);
    return () => void watching.delete(path);
  };
  const [path, setPath] = createSignal("/");
  const { folder, dispose } = createRoot((end) => ({
    folder: createFolder(path, { list, watch, settleMs: 1 }),
    dispose: end,
  }));
  const names = () => folder.entries().map(({ name }) => name);
  const change = (at: string, type: FileChange["type"], name: string) =>
    watching.get(at)?.({ path: at, type, name, timestamp: "" });
  return { folder, dispose, names, change, watching, calls, setPath };
}

describe("createFolder", () => {
  it("reads page after page until the folder is whole", async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => `f${index}`);
    const { names, calls, dispose } = start({ "/": many });
    await eventually(() => expect(names()).toHaveLength(2_500));
    expect(calls).toHaveLength(3);
    dispose();
  });

  it("reads again once for many changes of the disk, and drops a deleted entry at once", async () => {
    const disk = { "/": ["a", "b"] };
    const { names, change, calls, dispose } = start(disk);
    await eventually(() => expect(names()).toEqual(["a", "b"]));
    disk["/"] = ["b", "c"];
    change("/", "unlink", "a");
    expect(names()).toEqual(["b"]);
    for (let index = 0; index < 50; index++) change("/", "add", "c");
    await eventually(() => expect(names()).toEqual(["b", "c"]));
    expect(calls).toHaveLength(2);
    dispose();
  });

  it("watches only the folder it shows", async () => {
    const { names, watching, setPath, dispose } = start({ "/": ["a"], "/x": ["b"] });
    await eventually(() => expect(names()).toEqual(["a"]));
    setPath("/x");
    expect([...watching.keys()]).toEqual(["/x"]);
    await eventually(() => expect(names()).toEqual(["b"]));
    dispose();
    expect(watching.size).toBe(0);
  });

  it("reports a folder that cannot be read, and recovers on a retry", async () => {
    const disk: Record<string, string[]> = {};
    const { folder, names, dispose } = start(disk);
    await eventually(() => expect(folder.state()).toBe("failed"));
    disk["/"] = ["a"];
    await folder.refresh();
    expect(folder.state()).toBe("ready");
    expect(names()).toEqual(["a"]);
    dispose();
  });
});
