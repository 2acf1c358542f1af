import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestEngine, testEngine } from "../../shared/testing/engine.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startStacks, type TestStacks } from "./testing.ts";

interface RefusedFile {
  title: string;
  /** The public report the situation is from. */
  report: string;
  compose: string;
}

const cases: RefusedFile[] = JSON.parse(readFileSync(join(import.meta.dirname, "refused-files.json"), "utf8"));
const prefix = `t${randomBytes(4).toString("hex")}`;

describe.skipIf(await lacks("docker", "compose", "linux"))("compose files that became invalid", () => {
  let engine: TestEngine;
  let here: TestStacks;
  beforeAll(async () => {
    engine = testEngine();
    here = await startStacks({ dockerHost: engine.dockerHost });
  });
  afterAll(async () => {
    await here?.close();
    await engine?.removeAll();
  });

  test.each(cases)("a running stack is stopped and deleted though $title", async ({ title, compose }) => {
    const name = `${prefix}-${cases.findIndex((one) => one.title === title)}`;
    await mkdir(join(here.dir, name));
    await writeFile(join(here.dir, name, "compose.yaml"), compose);
    const box = await engine.run({
      labels: {
        "com.docker.compose.project": name,
        "com.docker.compose.service": "web",
        "com.docker.compose.container-number": "1",
        "com.docker.compose.oneoff": "False",
        "com.docker.compose.project.working_dir": join(here.dir, name),
        "com.docker.compose.project.config_files": join(here.dir, name, "compose.yaml"),
      },
    });
    const stopped = await here.job("POST", `/${name}/stop`, {});
    expect(stopped, stopped.lines.join("\n")).toMatchObject({ state: "succeeded" });
    expect((await box.container.inspect()).State.Running).toBe(false);
    const deleted = await here.job("DELETE", `/${name}?volumes=true`);
    expect(deleted, deleted.lines.join("\n")).toMatchObject({ state: "succeeded" });
    expect(await readdir(here.dir)).not.toContain(name);
    await expect(box.container.inspect()).rejects.toMatchObject({ statusCode: 404 });
  });
});
