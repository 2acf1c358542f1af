import { journey } from "./journey.ts";
import { accessibilityJourney } from "./journeys/accessibility.ts";

await journey("accessibility", accessibilityJourney);
