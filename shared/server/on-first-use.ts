/**
 * Makes a value at its first use and keeps it, such as a library that few requests need: what is imported at the start of a
 * server stays in its memory.
 */
export function onFirstUse<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
