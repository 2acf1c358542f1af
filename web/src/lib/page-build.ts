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
