import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { stripVTControlCharacters } from "node:util";
import { HANG_MS } from "../../../shared/testing/eventually.ts";
import { tempFolder } from "../../../shared/testing/temp-folder.ts";

const program = join(import.meta.dirname, "../../../node_modules/@modelcontextprotocol/conformance/dist/index.js");
/** A run that takes longer hangs. On a quiet machine it takes half a minute. */
const RUN_MS = 4 * HANG_MS;

export interface Check {
  id: string;
  status: "SUCCESS" | "FAILURE" | "WARNING" | "INFO";
  errorMessage?: string;
  details?: Record<string, unknown>;
}

/** Runs the official conformance suite. Returns the checks of each scenario, by its name, and the output for messages. */
export async function runSuite(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ scenarios: Map<string, Check[]>; output: string }> {
  const folder = await tempFolder("conformance");
  try {
    const output = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        [program, ...args, "-o", folder.path],
        { maxBuffer: 64 * 1024 * 1024, timeout: RUN_MS, env: { ...process.env, ...env } },
        // It ends with a failure when one scenario fails: the checks say which.
        (_error, stdout, stderr) => resolve(`${stdout}\n${stderr}`),
      );
    });
    // One that could not be run is in the summary only.
    const lines = stripVTControlCharacters(output).split("\n");
    const listed = lines.flatMap((line) => /^\s*[✓✗]\s+([\w/.-]+):/.exec(line)?.[1] ?? []);
    const scenarios = new Map<string, Check[]>(listed.map((name) => [name, []]));
    for (const path of await readdir(folder.path, { recursive: true })) {
      if (!path.endsWith("checks.json")) continue;
      const name = relative(".", dirname(path)).replace(/^server-|-\d{4}-\d{2}-\d{2}T[\d-]+Z$/g, "");
      scenarios.set(name, JSON.parse(await readFile(join(folder.path, path), "utf8")) as Check[]);
    }
    return { scenarios, output };
  } finally {
    await folder.remove();
  }
}

/** What failed in each scenario that did not pass. One without a single check that passed has not run. */
export function failuresOf(scenarios: ReadonlyMap<string, readonly Check[]>): Record<string, string[]> {
  const failures: Record<string, string[]> = {};
  for (const [name, checks] of scenarios) {
    const failed = checks.filter(({ status }) => status === "FAILURE" || status === "WARNING").filter(isOurs);
    const found = failed.map(({ id, errorMessage = "" }) => `${id}: ${errorMessage}`);
    if (!checks.some(({ status }) => status === "SUCCESS")) found.push("no check passed");
    if (found.length > 0) failures[name] = found;
  }
  return failures;
}

/** The suite measures the pause before a reconnect: too long a pause may be a busy machine, too short a one is a fault. */
const isOurs = ({ id, details }: Check): boolean => id !== "client-sse-retry-timing" || details?.tooEarly === true;
