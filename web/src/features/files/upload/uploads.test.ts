import { createRoot } from "solid-js";
import { describe, expect, it } from "vitest";
import { eventually } from "../../../../../shared/testing/eventually.ts";
import { createUploads } from "./uploads.ts";

function start() {
  const sent: { path: string; finish: () => void; fail: (error: Error) => void; signal: AbortSignal }[] = [];
  const { uploads, dispose } = createRoot((end) => ({
    uploads: createUploads({
      upload: (path, _file, { signal }) =>
        new Promise((finish, fail) => {
          signal.addEventListener("abort", () => fail(new Error("aborted")));
          sent.push({ path, finish, fail, signal });
        }),
      toMessage: (error) => (error instanceof Error ? error.message : ""),
    }),
    dispose: end,
  }));
  const add = (...names: string[]) =>
    uploads.add(names.map((name) => ({ name, path: `/${name}`, file: new Blob(["x"]) })));
  const states = () => uploads.uploads.map(({ state }) => state);
  return { sent, uploads, dispose, add, states };
}

describe("createUploads", () => {
  it("sends two at a time and continues when one ends, well or badly", async () => {
    const { sent, add, states, uploads, dispose } = start();
    add("a", "b", "c", "d");
    expect(states()).toEqual(["sending", "sending", "waiting", "waiting"]);
    sent[0]?.finish();
    sent[1]?.fail(new Error("No space left"));
    await eventually(() => expect(states()).toEqual(["done", "failed", "sending", "sending"]));
    expect(uploads.uploads[1]?.message).toBe("No space left");
    uploads.clear();
    expect(states()).toEqual(["sending", "sending"]);
    dispose();
  });

  it("cancels queued and running uploads", async () => {
    const { sent, add, states, uploads, dispose } = start();
    add("a", "b", "c");
    uploads.cancel(3);
    uploads.cancel(1);
    await eventually(() => expect(states()).toEqual(["cancelled", "sending", "cancelled"]));
    expect(sent).toHaveLength(2);
    dispose();
    expect(sent[1]?.signal.aborted).toBe(true);
  });

  it("takes no more than its list holds", () => {
    const { uploads, dispose } = start();
    uploads.add(
      Array.from({ length: 1_200 }, (_, index) => ({ name: `${index}`, path: `/${index}`, file: new Blob([]) })),
    );
    expect(uploads.uploads).toHaveLength(1_000);
    expect(uploads.refused()).toBe(200);
    dispose();
  });
});
