import { readFileSync } from "node:fs";

let known: { id: string | null } | undefined;

/** Returns the full id of the container that this process runs in; null outside a container. Read from the mounts of the Engine. */
export function ownContainerId(): string | null {
  known ??= { id: read() };
  return known.id;
}

function read(): string | null {
  try {
    const mounts = readFileSync("/proc/self/mountinfo", "utf8");
    return /\/containers\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf) /.exec(mounts)?.[1] ?? null;
  } catch {
    return null; // not Linux
  }
}
