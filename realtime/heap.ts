import { setFlagsFromString } from "node:v8";

/**
 * Keeps the heap near what is in use. A stream of log lines is garbage a moment after it was sent; left to itself, V8
 * answers it with a young generation of 100 MB and an old one of twice what lives, and gives neither back. Collecting
 * sooner costs little, since little survives. Imported before anything else: what has grown does not shrink.
 */
setFlagsFromString("--semi-space-growth-factor=1");
setFlagsFromString("--heap-growing-percent=30");
