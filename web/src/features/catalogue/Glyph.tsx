import type { CatalogueCategory } from "../../../../shared/protocol/catalogue.ts";
import { categories, initials } from "./catalogue-labels.ts";

/** Colours of charts there are. */
const HUES = 6;

/** Stands for a service: its letters in the colour of its category. No picture of others is shown. */
export function Glyph(props: { name: string; category: CatalogueCategory }) {
  return (
    <span class={`catalogue-glyph catalogue-hue-${(categories.indexOf(props.category) % HUES) + 1}`} aria-hidden="true">
      {initials(props.name)}
    </span>
  );
}
