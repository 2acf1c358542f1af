import { createRoot } from "solid-js";
import { describe, expect, it } from "vitest";
import { eventually } from "../../../../../shared/testing/eventually.ts";
import { createTextDocument, type DraftStore, type EditedFile, type TextDraft } from "./text-document.ts";

class Conflict extends Error {}

function start(initial: string, kept: TextDraft | null = null) {
  const drafts = { kept, refuse: false };
  const store: DraftStore = {
    read: () => drafts.kept,
    keep: (draft) => {
      drafts.kept = drafts.refuse ? null : draft;
      return !drafts.refuse;
    },
    drop: () => {
      drafts.kept = null;
    },
  };
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
      drafts: store,
    }),
  );
  return { document, disk, change, drafts };
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

  it("refuses to overwrite a file that has changed, until the user confirms", async () => {
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

  it("creates a deleted file again on overwrite", async () => {
    const { document, disk, change } = start("one");
    await document.load();
    document.setContent("mine");
    change(null);
    expect(await document.save()).toBe(false);
    expect(await document.overwrite()).toBe(true);
    expect(disk.content).toBe("mine");
  });

  it("follows the disk while there are no edits, and only reports a change while there are", async () => {
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

  it("checks for a change during a save once the save has finished", async () => {
    const { document, change } = start("one");
    await document.load();
    document.setContent("two");
    const saved = document.save();
    change("three");
    await document.noticeChange();
    await saved;
    await eventually(() => expect(document.content()).toBe("three"));
  });

  it("keeps edits made during a save", async () => {
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

describe("a draft", () => {
  it("is kept when the page is left, continued at the next visit, and gone once it is saved", async () => {
    const first = start("one");
    await first.document.load();
    first.document.setContent("one and more");
    expect(first.document.safe()).toBe(true);
    expect(first.drafts.kept).toEqual({ content: "one and more", etag: "1" });
    const { document, disk, drafts } = start("one", first.drafts.kept);
    await document.load();
    expect([document.content(), document.dirty(), document.restored(), document.changedOnDisk()]).toEqual([
      "one and more",
      true,
      true,
      false,
    ]);
    expect(await document.save()).toBe(true);
    expect([disk.content, drafts.kept, document.restored()]).toEqual(["one and more", null, false]);
  });

  it("of a version that is not the disk's any more is shown as such, and saved only over it", async () => {
    const { document, disk } = start("theirs", { content: "mine", etag: "0" });
    await document.load();
    expect([document.content(), document.changedOnDisk()]).toEqual(["mine", true]);
    expect(await document.save()).toBe(false);
    expect(disk.content).toBe("theirs");
    expect(await document.overwrite()).toBe(true);
    expect(disk.content).toBe("mine");
  });

  it("ends when it is discarded, or equals the disk", async () => {
    const { document, drafts } = start("one", { content: "two", etag: "1" });
    await document.load();
    await document.discard();
    expect([document.content(), document.dirty(), drafts.kept]).toEqual(["one", false, null]);
    const same = start("one", { content: "one", etag: "0" });
    await same.document.load();
    expect([same.document.restored(), same.drafts.kept]).toEqual([false, null]);
  });

  it("that cannot be kept makes leaving unsafe", async () => {
    const { document, drafts } = start("one");
    drafts.refuse = true;
    await document.load();
    document.setContent("two");
    expect(document.safe()).toBe(false);
  });
});
