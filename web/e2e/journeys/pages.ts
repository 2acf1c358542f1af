import type { Page } from "playwright-core";

/** Every page, and its heading. `/deployments/shop` needs a process of that name. */
export const pages: [path: string, heading: string][] = [
  ["/", "Watch"],
  ["/services", "Containers"],
  ["/stacks", "Stacks"],
  ["/logs", "Logs"],
  ["/deployments", "Processes"],
  ["/deployments/shop", "shop"],
  ["/images", "Images"],
  ["/volumes", "Volumes"],
  ["/networks", "Networks"],
  ["/disk", "Disk"],
  ["/catalogue", "Catalogue"],
  ["/catalogue/postgres", "PostgreSQL"],
  ["/system", "System"],
  ["/mcp", "MCP servers"],
  ["/files", "Files"],
  ["/activity", "Activity"],
  ["/alerts", "Alerts"],
  ["/getting-started", "Getting started"],
  ["/account", "Account"],
  ["/users", "Users"],
  ["/keys", "API keys"],
  ["/audit", "Audit trail"],
  ["/settings", "Settings"],
  ["/settings/mcp", "Settings"],
];

/** Nothing on the page is still waiting for its first data. */
export const settled = (page: Page): Promise<void> =>
  page.locator("main .skeleton").first().waitFor({ state: "detached" });
