import Bot from "lucide-solid/icons/bot";
import Clapperboard from "lucide-solid/icons/clapperboard";
import Code from "lucide-solid/icons/code";
import Database from "lucide-solid/icons/database";
import Gauge from "lucide-solid/icons/gauge";
import Globe from "lucide-solid/icons/globe";
import HardDrive from "lucide-solid/icons/hard-drive";
import ListOrdered from "lucide-solid/icons/list-ordered";
import NotebookPen from "lucide-solid/icons/notebook-pen";
import Search from "lucide-solid/icons/search";
import ShieldCheck from "lucide-solid/icons/shield-check";
import Workflow from "lucide-solid/icons/workflow";
import Zap from "lucide-solid/icons/zap";
import type { Component } from "solid-js";
import { Dynamic } from "solid-js/web";
import type { CatalogueCategory } from "../../../../shared/protocol/catalogue.ts";
import { categories } from "./catalogue-labels.ts";

/** Number of chart colours. */
const HUES = 6;

const icons: Record<CatalogueCategory, Component<{ size?: number }>> = {
  database: Database,
  cache: Zap,
  queue: ListOrdered,
  search: Search,
  storage: HardDrive,
  monitoring: Gauge,
  web: Globe,
  development: Code,
  automation: Workflow,
  ai: Bot,
  productivity: NotebookPen,
  media: Clapperboard,
  security: ShieldCheck,
};

/** The sign of a category in its colour. The panel shows no third-party logos, and initials of 74 names are not unique. */
export function Glyph(props: { category: CatalogueCategory }) {
  return (
    <span class={`catalogue-glyph catalogue-hue-${(categories.indexOf(props.category) % HUES) + 1}`} aria-hidden="true">
      <Dynamic component={icons[props.category]} size={18} />
    </span>
  );
}
