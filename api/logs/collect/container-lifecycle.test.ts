import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { testEngine } from "../../../shared/testing/engine.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { lacks } from "../../../shared/testing/parts.ts";
import { tempFolder } from "../../../shared/testing/temp-folder.ts";
import { startApi } from "../../testing/api-server.ts";

type Api = Awaited<ReturnType<typeof startApi>>;

/** Lines and marks of a container in their order, each line with its run. */
async function kept(api: Api, name: string): Promise<string[]> {
  const found = await api.deps.logStore.search({
    sources: { container: [name] },
    level: [],
    limit: 1_000,
    order: "asc",
  });
  const marks = found.marks
    .filter(({ kind }) => kind !== "begin")
    .map(({ time, kind, exitCode, unknownEnds, reason }) => ({
      time,
      order: 0,
      text: `<${kind}${reason === undefined ? "" : ` ${reason}`}${exitCode === undefined ? "" : ` ${exitCode}`}${unknownEnds === undefined ? "" : ` ?${unknownEnds}`}>`,
    }));
  const lines = found.lines.map(({ time, text, run }) => ({ time, order: 1, text: `${text} ${run}` }));
  // Sorting keeps the order of what has the same time.
  return [...marks, ...lines]
    .sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : one.order - other.order))
    .map(({ text }) => text);
}

describe.skipIf(await lacks("docker"))("the stored log of a container", () => {
  const engine = testEngine();
  let api: Api;
  beforeAll(async () => {
    api = await startApi({ dockerHost: engine.dockerHost, logStore: {} });
  });
  afterEach(engine.removeAll);
  afterAll(() => api?.close());

  test("holds every end and every start of a crash loop, in its place", async () => {
    const box = await engine.run({ script: "echo boot; exit 3", restart: "always" });
    const runs = 5;
    const all = await eventually(async () => {
      const entries = await kept(api, box.name);
      return entries.filter((entry) => entry.startsWith("boot")).length > runs && entries;
    });
    await box.container.remove({ force: true });
    const expected = Array.from({ length: runs }, (_, index) => [
      "<started>",
      `boot ${index + 1}`,
      "<exited 3>",
    ]).flat();
    expect(all.slice(0, expected.length)).toEqual(expected);
  });

  test("continues behind a record that a power cut damaged, after a gap", async () => {
    const script = "for i in 1 2 3; do echo $i; done; exec sleep 1000";
    const box = await engine.run({ script, log: { driver: "json-file" } });
    await eventually(async () => expect(await kept(api, box.name)).toEqual(["<started>", "1 1", "2 1", "3 1"]));
    await box.container.kill();
    const { LogPath } = (await box.container.inspect()) as unknown as { LogPath: string };
    await writeFile(LogPath, "\0".repeat(300), { flag: "a" });
    // The zeros and the first record of the next run are one.
    await box.container.start();
    const expected = ["<started>", "1 1", "2 1", "3 1", "<exited 137>", "<started>", "<gap unreadable>", "2 2", "3 2"];
    await eventually(async () => expect((await kept(api, box.name)).toSorted()).toEqual(expected.toSorted()));
    expect((await kept(api, box.name)).slice(-2)).toEqual(["2 2", "3 2"]);
  });

  test("has a gap where a container wrote and was removed while the API was away", async () => {
    const data = await tempFolder("logs");
    const options = { dockerHost: engine.dockerHost, logStore: {}, env: { DATA_DIR: join(data.path, "data") } };
    let own = await startApi(options);
    try {
      const script = "echo boot; exec sleep 1000";
      const [stopped, running] = [await engine.run({ script }), await engine.run({ script })];
      for (const { name } of [stopped, running]) {
        await eventually(async () => expect(await kept(own, name)).toEqual(["<started>", "boot 1"]));
      }
      await stopped.container.kill();
      await eventually(async () => expect((await kept(own, stopped.name)).at(-1)).toBe("<exited 137>"));
      await own.close();
      await stopped.container.start();
      for (const { container } of [stopped, running]) await container.remove({ force: true });
      own = await startApi(options);
      const first = ["<started>", "boot 1"];
      const second = ["<started>", "<gap source_lost>", "<exited 137>", "<removed>"];
      await eventually(async () =>
        expect(await kept(own, stopped.name)).toEqual([...first, "<exited 137>", ...second]),
      );
      await eventually(async () => expect(await kept(own, running.name)).toEqual([...first, ...second.slice(1)]));
    } finally {
      await own.close();
      await data.remove();
    }
  });

  test("holds each of ten quick restarts", async () => {
    const box = await engine.run({ script: "echo boot; exec sleep 1000" });
    for (let round = 0; round < 10; round++) await box.container.restart({ t: 0 });
    // A run may be killed before it writes its line.
    const runs = Array.from({ length: 10 }, (_, index) => `<exited 137> <started>( boot ${index + 2})?`);
    const expected = new RegExp(`^<started>( boot 1)? ${runs.join(" ")}$`);
    await eventually(async () => expect((await kept(api, box.name)).join(" ")).toMatch(expected));
  });
});
