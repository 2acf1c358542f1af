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

/** Two letters for a name: the initials of two words or capitals, or its first two letters. */
export function initials(name: string): string {
  const heads = name.match(/(?:^|[\s-])[a-z0-9]|\p{Lu}/gu)?.map((head) => head.trim().replace("-", "")) ?? [];
  const [first = "", second = ""] = heads;
  return second === "" ? name.slice(0, 2) : `${first}${second}`;
}
