import { journey } from "./journey.ts";
import { looksJourney } from "./journeys/looks.ts";

await journey("every page", looksJourney);
