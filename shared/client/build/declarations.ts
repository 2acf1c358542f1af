import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import type { z } from "zod";
import { plainType } from "./plain-type.ts";

const run = promisify(execFile);
const projectFolder = join(import.meta.dirname, "../../..");

/** A declaration file as the compiler writes it. */
interface Module {
  /** Declared names, each with its statement and the comment above it, without `export`. */
  own: Map<string, string>;
  /** Names from other modules, also those that are only passed on: local name, to module and name there. */
  imported: Map<string, { file: string; name: string }>;
  exports: Set<string>;
  /** Files that are passed on as a whole. */
  stars: string[];
}

/**
 * Writes the types of each entry as one text without imports. The compiler's declarations are cut down to what an entry
 * reaches, and types of schemas become plain ones. Bundlers of declarations need a compiler interface that TypeScript 7 does
 * not have.
 * @throws Error when the types do not compile, or cannot be written without imports
 */
export async function createDeclarations(
  entries: Record<string, string>,
  workFolder: string,
): Promise<Map<string, string>> {
  const folder = join(workFolder, "types");
  const config = join(workFolder, "tsconfig.json");
  await writeFile(config, JSON.stringify(compilerConfig(Object.values(entries), folder)));
  try {
    await run(process.execPath, [join(projectFolder, "node_modules/typescript/bin/tsc"), "-p", config]);
    const texts = new Map<string, string>();
    for (const [name, file] of Object.entries(entries)) {
      texts.set(name, await collect(join(folder, relative(projectFolder, file).replace(/\.ts$/, ".d.ts")), folder));
    }
    return texts;
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    throw stdout ? new Error(`The types of the package do not compile:\n${stdout}`) : error;
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(config, { force: true });
  }
}

const compilerConfig = (files: string[], outDir: string) => ({
  extends: join(projectFolder, "tsconfig.json"),
  compilerOptions: {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: projectFolder,
    outDir,
    typeRoots: [join(projectFolder, "node_modules/@types")],
  },
  files,
  include: [],
});

async function collect(entry: string, folder: string): Promise<string> {
  const modules = new Map<string, Module>();
  const read = async (file: string): Promise<Module> => {
    const known = modules.get(file);
    if (known) return known;
    const module = readModule(await readFile(file, "utf8"), dirname(file));
    modules.set(file, module);
    return module;
  };
  const written = new Map<string, { file: string; text: string }>();

  const visit = async (file: string, name: string): Promise<void> => {
    const module = await read(file);
    const from = module.imported.get(name);
    if (from) {
      // The bundle has one name space.
      if (from.name !== name) throw new Error(`${file} renames ${from.name} to ${name}`);
      return visit(from.file, from.name);
    }
    const statement = module.own.get(name);
    if (!statement) {
      for (const star of module.stars) await visit(star, name);
      return;
    }
    const earlier = written.get(name);
    if (earlier?.file === file) return;
    if (earlier) throw new Error(`${name} is declared in ${earlier.file} and in ${file}`);
    written.set(name, { file, text: "" });
    const source = join(projectFolder, relative(folder, file).replace(/\.d\.ts$/, ".ts"));
    const text = await withPlainType(statement, name, source);
    for (const used of namesIn(text)) if (used !== name) await visit(file, used);
    written.set(name, { file, text });
  };

  const { exports } = await read(entry);
  for (const name of exports) await visit(entry, name);
  const missing = [...exports].filter((name) => !written.has(name));
  if (missing.length > 0) throw new Error(`${entry} exports ${missing.join(", ")}, which is not found`);
  const parts = [...written].map(([name, { text }]) => (exports.has(name) ? exported(text) : text));
  const text = `${parts.join("\n")}\nexport {};\n`;
  if (/\bimport\b|\bz\./.test(withoutComments(text))) throw new Error(`The types of ${entry} need another module.`);
  return text;
}

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, "");
const exported = (text: string) => text.replace(/^((?:\/\*[\s\S]*?\*\/\s*)?)/, "$1export ");
/** Identifiers that can be types: not the names of properties and parameters. */
const namesIn = (text: string) =>
  new Set(
    [...withoutComments(text).matchAll(/(?<![\w$."'-])([A-Za-z_$][\w$]*)(?!\??:|[\w$"'-])/g)].map(
      ([, name = ""]) => name,
    ),
  );

/** A type that is inferred from a schema, written out. */
async function withPlainType(text: string, name: string, source: string): Promise<string> {
  const inferred = /type \w+ = z\.infer<typeof (\w+)>;/.exec(text);
  if (!inferred || !existsSync(source)) return text;
  const schema = ((await import(source)) as Record<string, z.ZodType>)[inferred[1] ?? ""];
  if (!schema) throw new Error(`${source} does not export ${inferred[1]}`);
  return text.replace(inferred[0], `type ${name} = ${plainType(schema)};`);
}

function readModule(text: string, folder: string): Module {
  const module: Module = { own: new Map(), imported: new Map(), exports: new Set(), stars: [] };
  const fileOf = (specifier: string) => resolve(folder, specifier.replace(/\.ts$/, ".d.ts"));
  for (const statement of splitStatements(text)) {
    const code = withoutComments(statement).trim();
    const star = /^export \* from "(\.[^"]+)";$/.exec(code);
    if (star) module.stars.push(fileOf(star[1] ?? ""));
    const link = /^(import|export)(?: type)? \{([^}]*)\} from "([^"]+)";$/.exec(code);
    if (link) {
      const [, kind, names = "", specifier = ""] = link;
      for (const part of names.split(",").map((one) => one.trim().replace(/^type /, ""))) {
        const [name = "", local = name] = part.split(" as ");
        if (name === "") continue;
        // Packages stay undefined: what comes from them cannot be written without an import.
        if (!specifier.startsWith(".")) continue;
        module.imported.set(local, { file: fileOf(specifier), name });
        if (kind === "export") module.exports.add(local);
      }
      continue;
    }
    const declared = /^(export )?(?:declare )?(?:const|function|interface|type|class) ([\w$]+)/.exec(code);
    if (!declared) continue;
    const [, isExported, name = ""] = declared;
    if (isExported) module.exports.add(name);
    const bare = statement.replace(/^(\s*(?:\/\*[\s\S]*?\*\/\s*)?)export /, "$1").trim();
    module.own.set(name, bare);
  }
  return module;
}

/** The statements at the top level, each with the comment above it. */
function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let lines: string[] = [];
  let depth = 0;
  let inComment = false;
  for (const line of text.split("\n")) {
    lines.push(line);
    if (inComment || /^\s*\/\*/.test(line)) {
      inComment = !line.includes("*/");
      continue;
    }
    for (const character of line) {
      if ("{([".includes(character)) depth++;
      else if ("})]".includes(character)) depth--;
    }
    if (depth === 0 && /[;}]$/.test(line)) {
      statements.push(lines.join("\n"));
      lines = [];
    }
  }
  return statements;
}
