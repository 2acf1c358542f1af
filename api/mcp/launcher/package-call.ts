import { basename } from "node:path";

/** A call of `npx` or `uvx`: what it would install, and the program it would run. */
export interface PackageCall {
  runner: "npx" | "uvx";
  /** Packages as the package manager takes them; the first one holds the program, unless `bin` says otherwise. */
  packages: readonly string[];
  /** Name of the program; null: the one of the first package. */
  bin: string | null;
  /** Version of Python that `uvx` was told to use. */
  python: string | null;
  /** Arguments of the program. */
  args: readonly string[];
}

interface Grammar {
  /** Options without a value that do not change what runs. */
  flags: readonly string[];
  /** Options that add a package. */
  packages: readonly string[];
  python: readonly string[];
}

const grammars: Record<PackageCall["runner"], Grammar> = {
  npx: {
    flags: ["-y", "--yes", "-q", "--quiet", "--prefer-offline", "--prefer-online"],
    packages: ["-p", "--package"],
    python: [],
  },
  uvx: { flags: ["-q", "--quiet", "--no-progress"], packages: ["--with"], python: ["-p", "--python"] },
};

/**
 * Reads a call of `npx` or `uvx`.
 *
 * @returns Null for other programs, and for calls with options that are not understood: they are started as they are.
 */
export function readPackageCall(command: string, args: readonly string[]): PackageCall | null {
  const runner = basename(command);
  if (runner !== "npx" && runner !== "uvx") return null;
  const grammar = grammars[runner];
  const extra: string[] = [];
  let from: string | null = null;
  let python: string | null = null;
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? "";
    if (word === "--") {
      at++;
      break;
    }
    if (!word.startsWith("-")) break;
    if (grammar.flags.includes(word)) continue;
    const [option = "", inline] = word.startsWith("--") ? splitOption(word) : [word];
    const value = inline ?? args[++at];
    if (value === undefined || value.startsWith("-")) return null;
    if (grammar.packages.includes(option)) extra.push(value);
    else if (grammar.python.includes(option)) python = value;
    else if (runner === "uvx" && option === "--from") from = value;
    else return null;
  }
  const name = args[at];
  if (name === undefined || name === "" || name.startsWith("-")) return null;
  const rest = args.slice(at + 1);
  if (runner === "npx") {
    // `npx` asks the first `--package` for the program, and otherwise the name is the package.
    return extra.length > 0
      ? { runner, packages: extra, bin: name, python, args: rest }
      : { runner, packages: [name], bin: null, python, args: rest };
  }
  const [tool = ""] = name.split("@");
  const bin = /^[\w.-]+/.exec(tool)?.[0] ?? tool;
  return { runner, packages: [from ?? toRequirement(name), ...extra], bin, python, args: rest };
}

function splitOption(word: string): [string, string?] {
  const at = word.indexOf("=");
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

/** `tool@1.2` of `uvx` is `tool==1.2` of `uv tool install`. */
function toRequirement(name: string): string {
  const at = name.indexOf("@");
  if (at <= 0) return name;
  const version = name.slice(at + 1);
  return version === "latest" ? name.slice(0, at) : `${name.slice(0, at)}==${version}`;
}
