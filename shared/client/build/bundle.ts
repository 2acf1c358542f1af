import { join } from "node:path";
import { rolldown } from "rolldown";

/** All that the package may import; of Node only what it imports when it is called. */
const allowed = new Set(["socket.io-client", "node:fs/promises"]);

/**
 * Writes each entry as one ES module and one CommonJS module, with everything but {@link allowed} inside.
 * @throws Error when an entry would import anything else, such as the schema library of the servers
 */
export async function bundle(entries: Record<string, string>, folder: string): Promise<void> {
  for (const [name, input] of Object.entries(entries)) {
    const build = await rolldown({
      input,
      platform: "neutral",
      external: [...allowed, "zod"],
      transform: { target: "es2022" },
      // Schemas stand beside what the package uses of the protocol: without their results they do nothing.
      treeshake: { moduleSideEffects: false, manualPureFunctions: ["z"] },
    });
    const formats = [
      { format: "esm", file: `${name}.js` },
      { format: "cjs", file: `${name}.cjs` },
    ] as const;
    for (const { format, file } of formats) {
      const { output } = await build.write({ format, file: join(folder, file), codeSplitting: false });
      const imported = output.flatMap((part) =>
        part.type === "chunk" ? part.imports.concat(part.dynamicImports) : [],
      );
      const foreign = imported.filter((module) => !allowed.has(module));
      if (foreign.length > 0) throw new Error(`${file} imports ${foreign.join(", ")}`);
    }
    await build.close();
  }
}
