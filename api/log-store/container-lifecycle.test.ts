import { afterEach, describe, expect, test } from "vitest";
import { type TestEngine, testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startApi } from "../testing/api-server.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

type Api = Awaited<ReturnType<typeof startApi>>;

/** Lines and marks of a container in their order, each line with its run. */
async function kept(api: Api, name: string): Promise<string[]> {
  const found = await api.deps.logStore.search({ names: [name], level: [], limit: 1_000, order: "asc" });
  const marks = found.marks
    .filter(({ kind }) => kind !== "begin")
    .map(({ time, kind, exitCode, unknownEnds }) => ({
      time,
      order: 0,
      text: `<${kind}${exitCode === undefined ? "" : ` ${exitCode}`}${unknownEnds === undefined ? "" : ` ?${unknownEnds}`}>`,
    }));
  const lines = found.lines.map(({ time, text, run }) => ({ time, order: 1, text: `${text} ${run}` }));
  // Sorting keeps the order of what has the same time.
  return [...marks, ...lines]
    .sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : one.order - other.order))
    .map(({ text }) => text);
}

describe.skipIf(await lacks("docker"))("the kept log of a container", () => {
  const engineOf = (): TestEngine => {
    const engine = testEngine();
    cleanUps.push(engine.removeAll);
    return engine;
  };
  const apiOf = async (dockerHost: string) => {
    const api = await startApi({ dockerHost, logStore: {} });
    cleanUps.push(api.close);
    return api;
  };

  test("holds every end and every start of a crash loop, in its place", async () => {
    const engine = engineOf();
    const api = await apiOf(engine.dockerHost);
    const box = await engine.run({ script: "echo boot; exit 3", restart: "always" });
    const runs = 5;
    const all = await eventually(async () => {
      const entries = await kept(api, box.name);
      return entries.filter((entry) => entry.startsWith("boot")).length > runs && entries;
    }, 40_000);
    await box.container.remove({ force: true });
    const expected = Array.from({ length: runs }, (_, index) => [
      "<started>",
      `boot ${index + 1}`,
      "<exited 3>",
    ]).flat();
    expect(all.slice(0, expected.length)).toEqual(expected);
  }, 90_000);

  test("holds each of ten quick restarts", async () => {
    const engine = engineOf();
    const api = await apiOf(engine.dockerHost);
    const box = await engine.run({ script: "echo boot; exec sleep 1000" });
    for (let round = 0; round < 10; round++) await box.container.restart({ t: 0 });
    // A run may be killed before it writes its line.
    const runs = Array.from({ length: 10 }, (_, index) => `<exited 137> <started>( boot ${index + 2})?`);
    const expected = new RegExp(`^<started>( boot 1)? ${runs.join(" ")}$`);
    await eventually(async () => expect((await kept(api, box.name)).join(" ")).toMatch(expected), 40_000);
  }, 120_000);
});
