import process from "node:process";
import { createWatchFolder } from "../../files/watching/watcher.ts";

/** Watches the given folders one after the other and prints the changes; for tests that limit a whole process. */
const watchFolder = createWatchFolder({ checkMs: 100, pollMs: 100 });
for (const [index, folder] of process.argv.slice(2).entries()) {
  await watchFolder(folder, {
    onChange: (type, name) => process.stdout.write(`${index} ${type} ${name}\n`),
    onError: (error) => process.stdout.write(`${index} error ${(error as NodeJS.ErrnoException).code}\n`),
  });
  process.stdout.write(`${index} watching\n`);
}
