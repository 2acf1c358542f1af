import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { testEngine } from "../shared/testing/engine.ts";
import { TEST_IMAGE } from "../shared/testing/parts.ts";
import { tempFolder } from "../shared/testing/temp-folder.ts";
import type { Feed } from "./load/log-load.ts";

/** Starts a container that copies a named pipe to its output, so that text written to the pipe becomes its log. */
export async function startFeed(): Promise<Feed & { remove(): Promise<void> }> {
  const folder = await tempFolder("feed");
  const pipe = join(folder.path, "lines");
  await promisify(execFile)("mkfifo", [pipe]);
  const { docker } = testEngine();
  const name = `aid-bench-${process.pid}-${Date.now()}`;
  const container = await docker.createContainer({
    name,
    Image: TEST_IMAGE,
    // Ends by itself if the benchmark is killed.
    Cmd: ["timeout", "1800", "/bin/sh", "-c", "while :; do cat /feed/lines; done"],
    HostConfig: {
      AutoRemove: true,
      NetworkMode: "none",
      Binds: [`${folder.path}:/feed`],
      LogConfig: { Type: "json-file", Config: {} },
    },
  });
  await container.start();
  return {
    container: name,
    pipe,
    async remove() {
      await container.remove({ force: true, v: true });
      await folder.remove();
    },
  };
}
