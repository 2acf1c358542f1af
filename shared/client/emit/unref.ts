interface Runtime {
  Deno?: { unrefTimer?(id: number): void };
}

/** Lets the process end while the timer is pending. Node and Bun return an object, Deno a number. */
export function unref(timer: unknown): void {
  if (typeof timer === "number") (globalThis as Runtime).Deno?.unrefTimer?.(timer);
  else (timer as { unref?(): void }).unref?.();
}
