import { readlink } from "node:fs/promises";
import { afterEach, describe, expect, test } from "vitest";
import { startPrivateEngine, testEngine } from "./engine.ts";
import { lacks } from "./parts.ts";

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe.skipIf(await lacks("docker"))("the Engine of the machine", () => {
  test("runs a container and leaves none", async () => {
    const engine = testEngine();
    const { id, container } = await engine.run({ script: "echo here; exec sleep 1000" });
    expect((await container.inspect()).State.Running).toBe(true);
    await engine.removeAll();
    await expect(engine.docker.getContainer(id).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe.skipIf(await lacks("private-engine"))("a private Engine", () => {
  test("keeps its containers across a kill and a restart", async () => {
    const engine = await startPrivateEngine();
    cleanUps.push(engine.close);
    const network = (pid: number | "self") => readlink(`/proc/${pid}/ns/net`);
    expect(await network(engine.pid())).not.toBe(await network("self"));
    const { container } = await engine.run({ restart: "always" });
    await engine.down("SIGKILL");
    await expect(engine.docker.ping()).rejects.toThrow();
    await engine.up();
    expect((await container.inspect()).Id).toBe(container.id);
  });
});
