import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "./bundle.ts";
import { createDeclarations } from "./declarations.ts";

/** The entries of the package: files below `shared/client`, by the names that programs import. */
const entries = { emit: "emit/index.ts", watch: "watch/index.ts" };

const packageFolder = join(import.meta.dirname, "..");
const outputFolder = join(packageFolder, "dist");

await rm(outputFolder, { recursive: true, force: true });
await mkdir(outputFolder, { recursive: true });
const files = Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(packageFolder, file)]));
await bundle(files, outputFolder);
for (const [name, text] of await createDeclarations(files, outputFolder)) {
  await writeFile(join(outputFolder, `${name}.d.ts`), text);
  await writeFile(join(outputFolder, `${name}.d.cts`), text);
}
