import { expect, test } from "vitest";
import { endOfCause } from "./cause.ts";

test.each([
  ["no space left on device", "no space left on device"],
  [
    'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "/no/such": stat /no/such: no such file or directory: unknown',
    '… error during container init: exec: "/no/such": stat /no/such: no such file or directory',
  ],
  [`driver failed: ${"x".repeat(200)}`, `… ${"x".repeat(200)}`],
  ["first line\n second line: unknown", "first line second line"],
  ["", ""],
])("of %j the end is shown", (words, end) => expect(endOfCause(words)).toBe(end));
