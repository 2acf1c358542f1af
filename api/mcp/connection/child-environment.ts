import { homedir } from "node:os";
import { delimiter } from "node:path";
import process from "node:process";
import { searchPath } from "../../../shared/server/run-child.ts";

/**
 * Returns the environment of a local server, and of what installs its program: its own variables, and of this process only
 * PATH, HOME and LANG.
 *
 * @param path folders that are searched for programs before those of PATH
 */
export function childEnvironment(
  own: Readonly<Record<string, string>>,
  path: readonly string[] = [],
): Record<string, string> {
  const { LANG } = process.env;
  const PATH = [...path, searchPath()].join(delimiter);
  return { ...(LANG === undefined ? {} : { LANG }), ...own, PATH, HOME: homedir() };
}
