import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { testEngine } from "../shared/testing/engine.ts";
import { TEST_IMAGE } from "../shared/testing/parts.ts";
import { tempFolder } from "../shared/testing/temp-folder.ts";
import type { Feed } from "./load/log-load.ts";

let feeds = 0;

/** How a container writes what it reads from the pipe: many lines at once, or each line on its own. */
export type FeedShape = "blocks" | "lines";

const copiers: Record<FeedShape, string> = {
  blocks: "cat /feed/lines",
  lines: "awk '{ print; fflush() }' /feed/lines",
};

/** Starts a container that copies a named pipe to its output, so that text written to the pipe becomes its log. */
export async function startFeed(shape: FeedShape = "blocks"): Promise<Feed & { remove(): Promise<void> }> {
  const folder = await tempFolder("feed");
  const pipe = join(folder.path, "lines");
  await promisify(execFile)("mkfifo", [pipe]);
  const { docker } = testEngine();
  const name = `aid-bench-${process.pid}-${++feeds}-${Date.now()}`;
  const container = await docker.createContainer({
    name,
    Image: TEST_IMAGE,
    // Ends by itself if the benchmark is killed.
    Cmd: ["timeout", "1800", "/bin/sh", "-c", `while :; do ${copiers[shape]}; done`],
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
