import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join } from "node:path";
import process from "node:process";
import { parseEnv } from "node:util";
import { ConfigError, parseConfig } from "../shared/server/config.ts";

// config.ts list | get NAME | set NAME VALUE | set NAME - | unset NAME: reads and changes the settings file, AI_DESKTOP_ENV
// or `.env`. A change is checked as the services check it at their start, and written as a whole. It prints nothing secret.

const require = createRequire(import.meta.url);
const { variables, ports, serviceEnvironment } = require("./settings.cjs") as {
  variables: string[];
  ports: string[];
  serviceEnvironment(service: string, settings: Record<string, string>): Record<string, string>;
};

const names: readonly string[] = [...variables, ...ports, "WS_MORE_PORTS"];
const secrets: readonly string[] = ["EMIT_TOKEN", "REDIS_URL", "OIDC_CLIENT_SECRET"];
/** Variables with a folder: a relative one would depend on where a service starts. */
const folders: readonly string[] = ["DATA_DIR", "PM2_HOME", "FILE_MANAGER_ROOT", "STACKS_DIR", "CATALOGUE_DIR"];

const say = (line: string) => process.stdout.write(`${line}\n`);

class Refusal extends Error {}

function main([command, name, value, ...rest]: string[]): void {
  const file = process.env.AI_DESKTOP_ENV ?? join(import.meta.dirname, "../.env");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const settings = parseEnv(text) as Record<string, string>;
  if (command === "list" && name === undefined) {
    for (const known of names)
      if (settings[known]) say(`${known}=${secrets.includes(known) ? "(set)" : settings[known]}`);
    return;
  }
  if (name === undefined || rest.length > 0) throw new Refusal(usage);
  if (!names.includes(name)) throw new Refusal(`There is no setting ${name}; docs/configuration.md lists all.`);
  if (command === "get" && value === undefined) {
    if (settings[name]) say(settings[name]);
    return;
  }
  const isUnset = command === "unset" && value === undefined;
  if (!isUnset && (command !== "set" || value === undefined)) throw new Refusal(usage);
  const wanted = value === "-" ? readFileSync(0, "utf8").replace(/\r?\n$/, "") : (value ?? "");
  change(file, text, name, wanted);
}

const usage =
  "Usage: config list | get NAME | set NAME VALUE | set NAME - (reads the value from standard input) | unset NAME";

/** @param value Empty: removes the setting. */
function change(file: string, text: string, name: string, value: string): void {
  const before = parseEnv(text) as Record<string, string>;
  if ((before[name] ?? "") === value) {
    say(`${name} is unchanged.`);
    return;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\0-\x1f\x7f]/.test(value)) throw new Refusal(`${name} cannot hold line breaks or other control characters.`);
  const next = value === "" ? withoutLines(text, name) : withLine(text, name, value);
  const after = parseEnv(next) as Record<string, string>;
  const { [name]: _changed, ...others } = before;
  const { [name]: written = "", ...otherWritten } = after;
  // What cannot be written so that it is read again unchanged is refused, and no line may change another.
  if (written !== value || JSON.stringify(others) !== JSON.stringify(otherWritten)) {
    throw new Refusal(`${name} cannot hold this value: it has both kinds of quotes.`);
  }
  if (folders.includes(name) && value !== "" && !isAbsolute(value))
    throw new Refusal(`${name} must be an absolute path.`);
  check(after);
  write(file, next);
  say(`${name} is ${value === "" ? "removed" : "changed"} in ${file}.`);
}

/** @throws ConfigError that names each invalid variable, without its value */
function check(settings: Record<string, string>): void {
  for (const service of ["web", "api", "realtime"]) parseConfig(serviceEnvironment(service, settings));
  const { WEB_PORT = "3005", API_PORT = "3006", WS_PORT = "3007", WS_MORE_PORTS = "" } = settings;
  const all = [WEB_PORT, API_PORT, WS_PORT, ...WS_MORE_PORTS.split(",").filter((port) => port !== "")];
  if (all.some((port) => !/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)) {
    throw new Refusal("A port must be a number from 1 to 65535.");
  }
  if (new Set(all.map(Number)).size < all.length) throw new Refusal("Two services cannot have the same port.");
}

const isLineOf = (line: string, name: string): boolean =>
  new RegExp(`^[ \\t]*(export[ \\t]+)?${name}[ \\t]*=`).test(line);

const withoutLines = (text: string, name: string): string =>
  text
    .split("\n")
    .filter((line) => !isLineOf(line, name))
    .join("\n");

/** Changes the last line with the name, which is the one that counts, or adds one. */
function withLine(text: string, name: string, value: string): string {
  const line = `${name}=${quoted(value)}`;
  const lines = text.split("\n");
  const last = lines.findLastIndex((one) => isLineOf(one, name));
  if (last >= 0) return lines.with(last, line).join("\n");
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`;
}

const quoted = (value: string): string => {
  if (/^[A-Za-z0-9_./:@,=+*-]+$/.test(value)) return value;
  return value.includes("'") ? `"${value}"` : `'${value}'`;
};

/** Replaces the file as a whole, with its mode and owner; a new one is for its owner only. */
function write(path: string, text: string): void {
  const file = existsSync(path) ? realpathSync(path) : path;
  const stats = statSync(file, { throwIfNoEntry: false });
  const part = join(dirname(file), `.settings-${process.pid}.part`);
  const descriptor = openSync(part, "wx", 0o600);
  try {
    // writeSync can write a part of it when the disk is nearly full.
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
    closeSync(descriptor);
    if (stats) {
      chownSync(part, stats.uid, stats.gid);
      chmodSync(part, stats.mode & 0o7777);
    }
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw new Refusal(`${file} cannot be written and stays as it was: ${(error as Error).message}`);
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refusal) && !(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
