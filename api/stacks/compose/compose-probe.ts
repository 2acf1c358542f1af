import process from "node:process";
import { createCompose } from "./compose.ts";

/** For tests: one call of Compose, in a process of its own that can be traced. */
const [name = "", folder = "", dockerHost = ""] = process.argv.slice(2);
const compose = createCompose({ dockerHost });
const project = { name, folder, files: [`${folder}/compose.yaml`] };
await compose.run({ verb: "up", project, onLine: (line) => void process.stdout.write(`${line}\n`) });
