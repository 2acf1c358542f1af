import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Finding, Stack } from "../../shared/protocol/stack.ts";
import { type PrivateEngine, startPrivateEngine } from "../../shared/testing/engine.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startStacks, type TestStacks } from "./testing.ts";

const content = `services:
  web:
    image: busybox:local
    network_mode: host
    command: ["sleep", "1000000"]
    stop_grace_period: 0s
    ports: ["18080:80"]
`;

describe.skipIf(await lacks("private-engine", "compose"))("stacks while the Engine is killed", () => {
  let engine: PrivateEngine;
  let here: TestStacks;
  beforeAll(async () => {
    engine = await startPrivateEngine();
    here = await startStacks({ dockerHost: engine.dockerHost });
  });
  afterAll(async () => {
    await here?.close();
    await engine?.close();
  });

  test("unknown is not treated as none: no stack is deleted or created, and no port is called free", async () => {
    const { ask } = here;
    expect((await ask("POST", "", { name: "shop", content })).status).toBe(201);
    await engine.down("SIGKILL");

    const { stacks, engine: state } = (await ask("GET", "")).body;
    expect(state.state).not.toBe("up");
    expect(stacks).toMatchObject([{ name: "shop", state: "unknown" } satisfies Partial<Stack>]);
    for (const answer of [await ask("DELETE", "/shop"), await ask("POST", "", { name: "other", content })]) {
      expect(answer).toMatchObject({ status: 503, body: { code: "upstream_unavailable" } });
    }
    expect(await readdir(here.dir)).toEqual(["shop"]);
    const { findings } = (await ask("POST", "/validate", { content, name: "shop" })).body;
    expect(findings.map(({ message }: Finding) => message)).toContainEqual(expect.stringMatching(/ports .* not known/));
    const { entry } = (await here.api.ask("GET", "/api/catalogue/redis")).body;
    const preview = await here.api.ask("POST", "/api/catalogue/redis/preview", {
      body: { name: "cache", tag: entry.tags[0].tag },
    });
    expect(preview.body, "ports are chosen").toMatchObject({ code: "upstream_unavailable" });
  });
});
