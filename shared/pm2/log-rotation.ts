import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { LogRotation } from "../protocol/deployment-details.ts";

/** Rules of logrotate. */
const RULE_FILES = ["/etc/logrotate.conf", "/etc/logrotate.d"];
const MAX_FILES = 200;
const MAX_BYTES = 64 * 1024;

/**
 * Finds what rotates the log files of an app: pm2-logrotate, or a rule of logrotate that names every one of them. It reads
 * the rules only, and runs no program.
 *
 * @param moduleStatus Status of the module pm2-logrotate of the same daemon; undefined if it is not installed
 * @param root Folder that stands for `/`
 */
export async function findLogRotation(
  paths: readonly string[],
  moduleStatus: string | undefined,
  root = "",
): Promise<LogRotation> {
  if (paths.length === 0) return { by: "none", rule: null };
  if (moduleStatus === "online") return { by: "pm2-logrotate", rule: null };
  const rules = await readRules(root);
  if (rules === null) return { by: "unknown", rule: null };
  const rule = rules.find(({ patterns }) => paths.every((path) => patterns.some((pattern) => pattern.test(path))));
  return rule ? { by: "logrotate", rule: rule.file } : { by: "none", rule: null };
}

interface Rule {
  file: string;
  patterns: RegExp[];
}

/** Null if the rules cannot be read: then it is unknown what they say. */
async function readRules(root: string): Promise<Rule[] | null> {
  const [main = "", folder = ""] = RULE_FILES;
  const names = await readdir(root + folder).catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? [] : null,
  );
  if (names === null) return null;
  const files = [
    main,
    ...names
      .sort()
      .slice(0, MAX_FILES)
      .map((name) => join(folder, name)),
  ];
  const rules: Rule[] = [];
  for (const file of files) {
    const text = await readText(root + file);
    if (text === null) return null;
    rules.push({ file, patterns: patternsOf(text) });
  }
  return rules;
}

/** Text of a regular file; empty for anything else, null if it may not be read. */
async function readText(path: string): Promise<string | null> {
  try {
    const file = await open(path);
    try {
      if (!(await file.stat()).isFile()) return "";
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EACCES" ? null : "";
  }
}

/** The absolute paths before each block, which can be quoted and can have `*`, `?` and `[…]`. */
function patternsOf(text: string): RegExp[] {
  const withoutComments = text.replaceAll(/^\s*#.*$/gm, "");
  const heads = withoutComments.split(/\{[^}]*\}/);
  return heads.flatMap((head) =>
    [...head.matchAll(/"(\/[^"\n]+)"|'(\/[^'\n]+)'|(?:^|\s)(\/[^\s{"']+)/g)].flatMap(([, a, b, c]) =>
      toPattern(a ?? b ?? c ?? ""),
    ),
  );
}

/** Empty for a pattern that is none. */
function toPattern(glob: string): RegExp[] {
  const escaped = glob.replace(/[\\^$.+(){}|]/g, "\\$&");
  try {
    return [new RegExp(`^${escaped.replace(/\*+/g, "[^/]*").replaceAll("?", "[^/]").replaceAll("[!", "[^")}$`)];
  } catch {
    return [];
  }
}
