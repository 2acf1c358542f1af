/**
 * What browsers and the bundler say about a part of the page that cannot be fetched: Chrome, Firefox, Safari, and a style sheet
 * of a part. A file that is no JavaScript, such as a proxy's page of an error, gives the same messages.
 */
const failures =
  /^(Failed to fetch dynamically imported module|error loading dynamically imported module|Importing a module script failed|Unable to preload CSS)/i;

export const PART_FAILED = "This part of the page could not be loaded.";

/** Whether an error means that a part of the page, which is loaded on demand, could not be loaded. */
export const isPartFailure = (error: unknown): boolean => error instanceof Error && failures.test(error.message);

/** Names of the programs that a text of the page starts, with the hashes that the build gave them. */
export const programsOf = (html: string): string[] =>
  [...html.matchAll(/<script\b[^>]*\btype="module"[^>]*\bsrc="([^"]+)"/g)].map(
    ([, src = ""]) => src.split("/").at(-1) ?? "",
  );

/**
 * Whether the server now serves another build than this page was loaded from. False when the server does not answer.
 * @param address Of the page itself.
 */
export async function isPageReplaced(address: string, running = document.documentElement.outerHTML): Promise<boolean> {
  try {
    const response = await fetch(address, { cache: "no-store" });
    if (!response.ok) return false;
    const current = programsOf(await response.text());
    const own = new Set(programsOf(running));
    return current.length > 0 && current.some((program) => !own.has(program));
  } catch {
    return false;
  }
}
