import type { CatalogueCategory } from "../../../../shared/protocol/catalogue.ts";

/** Names of the categories, in the order of the page. */
export const categoryLabels: Record<CatalogueCategory, string> = {
  database: "Databases",
  cache: "Caches",
  queue: "Queues",
  search: "Search",
  storage: "Storage",
  monitoring: "Monitoring",
  web: "Web",
  development: "Development",
  automation: "Automation",
  ai: "AI",
  productivity: "Productivity",
  media: "Media",
  security: "Security",
};

export const categories = Object.keys(categoryLabels) as CatalogueCategory[];
