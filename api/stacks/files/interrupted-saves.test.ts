import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testEngine } from "../../../shared/testing/engine.ts";
import { lacks } from "../../../shared/testing/parts.ts";
import { startStacks, type TestStacks } from "../testing.ts";

const id = "0123456789abcdef01234567";
const sha = async (text: string) =>
  Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(text))).toString("base64url");

describe.skipIf(await lacks("docker", "compose"))("an interrupted save of a stack's file", () => {
  let stacks: TestStacks;
  beforeAll(async () => {
    stacks = await startStacks({ dockerHost: testEngine().dockerHost });
  });
  afterAll(() => stacks?.close());

  test("is listed with its stack alone, and the chosen version is written", async () => {
    const { api, dir, saves } = stacks;
    for (const name of ["saved-shop", "saved-other"]) {
      await mkdir(join(dir, name));
      await writeFile(join(dir, name, "compose.yaml"), "services: {}\n");
    }
    const target = join(dir, "saved-shop", "compose.yaml");
    const [before, after] = ["services: {}\n# old\n", "services: {}\n# new\n"];
    await writeFile(join(saves, `${id}.before`), before);
    await writeFile(join(saves, `${id}.after`), after);
    const record = {
      target,
      mode: 0o600,
      startedAt: new Date().toISOString(),
      before: { size: before.length, sha256: await sha(before) },
      after: { size: after.length, sha256: await sha(after) },
    };
    await writeFile(join(saves, `${id}.json`), JSON.stringify(record));
    const ask = (method: string, path: string, body?: unknown) =>
      api.ask(method, `/api/stacks/${path}`, body === undefined ? {} : { body });
    expect((await ask("GET", "saved-other/saves")).body.saves).toEqual([]);
    expect((await ask("GET", "saved-shop/saves")).body.saves).toMatchObject([
      { id, path: "compose.yaml", state: "mixed" },
    ]);
    expect((await ask("POST", `saved-other/saves/${id}`, { version: "after" })).status).toBe(404);
    expect((await ask("POST", `saved-shop/saves/${id}`, { version: "after" })).status).toBe(200);
    expect(await readFile(target, "utf8")).toBe(after);
    expect((await ask("GET", "saved-shop/saves")).body.saves).toEqual([]);
  });
});
