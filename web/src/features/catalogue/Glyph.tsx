import type { CatalogueCategory } from "../../../../shared/protocol/catalogue.ts";
import { categories, initials } from "./catalogue-labels.ts";

/** Number of chart colours. */
const HUES = 6;

/** Initials of a service in the colour of its category. The panel shows no third-party logos. */
export function Glyph(props: { name: string; category: CatalogueCategory }) {
  return (
    <span class={`catalogue-glyph catalogue-hue-${(categories.indexOf(props.category) % HUES) + 1}`} aria-hidden="true">
      {initials(props.name)}
    </span>
  );
}
