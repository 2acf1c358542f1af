import { createRequire } from "node:module";
import { onFirstUse } from "../../../shared/server/on-first-use.ts";

/** Regular expressions in linear time: 3 MB in each thread that uses them. */
export const re2 = onFirstUse((): typeof import("re2js") => createRequire(import.meta.url)("re2js"));
