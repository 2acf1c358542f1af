/**
 * First parts of the addresses the single-page app answers, and how many more parts may follow. `src/routes.tsx` has a page
 * for each; a test compares the two.
 */
const pages = new Map([
  ["index.html", 0],
  ["services", 1],
  ["stacks", 1],
  ["catalogue", 1],
  ["images", 1],
  ["volumes", 1],
  ["networks", 1],
  ["disk", 0],
  ["logs", 0],
  ["deployments", 1],
  ["system", 0],
  ["mcp", 1],
  ["alerts", 0],
  ["files", Number.POSITIVE_INFINITY],
  ["getting-started", 0],
  ["activity", 1],
  ["account", 0],
  ["users", 0],
  ["keys", 0],
  ["audit", 0],
  ["settings", 1],
  ["setup", 0],
  ["login", 0],
]);

/** Longest file path the app can be asked to open, and some room for its encoding. */
const ADDRESS_MAX = 16_384;

/**
 * Whether an address is a page of the app; anything else that is no file of the build does not exist.
 * @param path With the slashes inside a part still encoded.
 */
export function isPageAddress(path: string): boolean {
  if (path === "/") return true;
  if (path.length > ADDRESS_MAX) return false;
  const [, first = "", ...more] = path.split("/");
  if (more.at(-1) === "") more.pop();
  return more.length <= (pages.get(first) ?? -1);
}
