import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lacks } from "../shared/testing/parts.ts";
import { projectFolder } from "../shared/testing/service-process.ts";
import { type TempFolder, tempFolder } from "../shared/testing/temp-folder.ts";

const run = promisify(execFile);

/** The comparison of test.sh before and after a run, in a separate network in which the test can change something. */
describe.skipIf(await lacks("bash", "namespaces"))("the comparison of the machine", () => {
  let folder: TempFolder;
  beforeAll(async () => {
    folder = await tempFolder("look");
    await mkdir(join(folder.path, "tmp"));
    await mkdir(join(folder.path, "own"));
  });
  afterAll(() => folder?.remove());

  /** Returns the differences after a command. */
  const changedBy = async (command: string) => {
    const script = `set -e; . deploy/lib/common.sh; . deploy/test-machine.sh; 
      ip link set lo up; ip link add docker0 type bridge; ip addr add 172.17.0.1/16 dev docker0; ip link set docker0 up
      machine_state "$work/before"; ${command}; machine_state "$work/after"
      diff -r "$work/before" "$work/after" || true; left_behind`;
    const env = { ...process.env, work: folder.path, TMPDIR: join(folder.path, "own") };
    const { stdout } = await run("unshare", ["--net", "bash", "--norc", "-c", script], { cwd: projectFolder, env });
    // Other tests create and remove folders beside it at the same time.
    const isOwn = (line: string) => /^([<>]|process|mount|temporary|control) /.test(line);
    return stdout.split("\n").filter(isOwn).join("\n");
  };

  test("finds nothing if nothing was changed", async () => {
    expect(await changedBy("true")).toBe("");
  });

  test.each([
    ["a removed bridge", "ip link del docker0", "< docker0"],
    ["a removed route", "ip route flush dev docker0", "< docker0"],
    ["an added rule", "iptables -A INPUT -p tcp --dport 1 -j DROP", "> -A INPUT"],
    ["a folder that was left", `mkdir "$TMPDIR/pm2-left-here"`, "pm2-left-here"],
  ])("sees %s", async (_what, command, seen) => {
    expect(await changedBy(command)).toContain(seen);
  });

  test("finds a temporary file and a process left by tests", async () => {
    await writeFile(join(folder.path, "tmp/left.txt"), "");
    const left = await changedBy(`(exec -a "$work/left" sleep 600) >/dev/null 2>&1 & started=$!`);
    const [, pid] = /process (\d+): \S+\/left 600/.exec(left) ?? [];
    if (pid) process.kill(Number(pid));
    expect(left).toContain("tmp/left.txt");
    expect(pid).toBeDefined();
  });
});
