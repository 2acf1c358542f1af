import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, normalize } from "node:path";

/** Returns each file with the project files that it imports, including type imports. */
export function readImports(root: string, files: readonly string[]): Map<string, string[]> {
  const known = new Set(files);
  const specifier = /^(?:import|export)\b[^"';]*?"((?:\.|@\/)[^"]+)"|\bimport\("((?:\.|@\/)[^"]+)"\)/gm;
  /** `@/` is the page's folder, and needs no ending. */
  const resolve = (file: string, path: string) => {
    if (!path.startsWith("@/")) return normalize(join(dirname(file), path));
    const own = join("web/src", path.slice(2));
    return [`${own}.ts`, `${own}.tsx`].find((candidate) => known.has(candidate)) ?? own;
  };
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(root, file), "utf8");
      const imported = [...text.matchAll(specifier)].map((match) => resolve(file, match[1] ?? match[2] ?? ""));
      return [file, imported.filter((path) => known.has(path))];
    }),
  );
}

/** Returns the import cycles (Tarjan's strongly connected components). */
export function findCycles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string): number => {
    const index = order.size;
    let low = index;
    order.set(file, index);
    stack.push(file);
    for (const next of imports.get(file) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (stack.includes(next)) low = Math.min(low, order.get(next) ?? low);
    }
    if (low !== index) return low;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1 || imports.get(file)?.includes(file)) cycles.push(group.sort());
    return low;
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return cycles;
}

/** Returns the packages that are loaded with a server's module, without what it imports on demand. */
export function packagesAtStart(root: string, entry: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    // Without its types, what is imported for a type alone is gone.
    const text = stripTypeScriptTypes(readFileSync(join(root, file), "utf8"));
    for (const [, from, bare] of text.matchAll(
      /^(?:import|export)\b[^"';=]*?\bfrom\s*"([^"]+)"|^import\s*"([^"]+)"/gm,
    )) {
      const path = from ?? bare ?? "";
      if (path.endsWith(".ts")) waiting.push(normalize(join(dirname(file), path)));
      else if (!/^(\.|node:)/.test(path)) packages.add(path);
    }
  }
  return packages;
}
