import { setFlagsFromString } from "node:v8";

/**
 * Keeps the heap close to its live size. Log lines become garbage right after they were sent; by default, V8 responds with a
 * young generation of 100 MB and an old generation of twice the live size, and returns neither. Earlier collections cost
 * little, since few objects survive. Must be imported first: a grown heap does not shrink.
 */
setFlagsFromString("--semi-space-growth-factor=1");
setFlagsFromString("--heap-growing-percent=30");
