/** First parts of the addresses the single-page app answers; `src/routes.tsx` has a page for each. */
const pages = new Set([
  "services",
  "stacks",
  "catalogue",
  "images",
  "volumes",
  "networks",
  "disk",
  "logs",
  "deployments",
  "system",
  "mcp",
  "alerts",
  "files",
  "account",
  "users",
  "keys",
  "audit",
  "setup",
  "login",
]);

/** Longest file path the app can be asked to open, and some room for its encoding. */
const ADDRESS_MAX = 16_384;

/** Whether an address is a page of the app; anything else that is no file of the build does not exist. */
export function isPageAddress(path: string): boolean {
  if (path === "/") return true;
  return path.length <= ADDRESS_MAX && pages.has(path.split("/", 2)[1] ?? "");
}
