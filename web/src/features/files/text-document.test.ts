import { createRoot } from "solid-js";
import { describe, expect, it } from "vitest";
import { createTextDocument, type EditedFile } from "./text-document.ts";

class Conflict extends Error {}

function start(initial: string) {
  const disk: { content: string | null; version: number } = { content: initial, version: 1 };
  const toFile = (): EditedFile => {
    if (disk.content === null) throw new Error("gone");
    const { content, version } = disk;
    return { content, size: 0, etag: String(version), modifiedAt: "", encoding: "utf-8", readOnly: null };
  };
  const change = (content: string | null) => {
    disk.content = content;
    disk.version++;
  };
  const document = createRoot(() =>
    createTextDocument("/a", {
      read: async () => toFile(),
      write: async ({ content, etag }) => {
        const current = disk.content === null ? undefined : String(disk.version);
        if (etag !== current) throw new Conflict("changed");
        change(content);
        return toFile();
      },
      isConflict: (error) => error instanceof Conflict,
    }),
  );
  return { document, disk, change };
}

describe("createTextDocument", () => {
  it("saves what was typed and is clean again", async () => {
    const { document, disk } = start("one");
    await document.load();
    document.setContent("two");
    expect(document.dirty()).toBe(true);
    expect(await document.save()).toBe(true);
    expect(disk.content).toBe("two");
    expect(document.dirty()).toBe(false);
  });

  it("refuses to save over a file that changed meanwhile, until told to", async () => {
    const { document, disk, change } = start("one");
    await document.load();
    document.setContent("mine");
    change("theirs");
    expect(await document.save()).toBe(false);
    expect(document.conflict()).toBe(true);
    expect(disk.content).toBe("theirs");
    expect(await document.overwrite()).toBe(true);
    expect(disk.content).toBe("mine");
    expect(document.conflict()).toBe(false);
  });

  it("makes a deleted file anew when told to overwrite", async () => {
    const { document, disk, change } = start("one");
    await document.load();
    document.setContent("mine");
    change(null);
    expect(await document.save()).toBe(false);
    expect(await document.overwrite()).toBe(true);
    expect(disk.content).toBe("mine");
  });

  it("follows the disk while nothing is typed and only tells while something is", async () => {
    const { document, change } = start("one");
    await document.load();
    change("two");
    await document.noticeChange();
    expect(document.content()).toBe("two");
    document.setContent("mine");
    change("three");
    await document.noticeChange();
    expect(document.content()).toBe("mine");
    expect(document.changedOnDisk()).toBe(true);
  });

  it("keeps what is typed while a save is under way", async () => {
    const { document } = start("one");
    await document.load();
    document.setContent("two");
    const saved = document.save();
    document.setContent("two and more");
    await saved;
    expect(document.content()).toBe("two and more");
    expect(document.dirty()).toBe(true);
  });
});
