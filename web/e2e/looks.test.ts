import { journey } from "./journey.ts";
import { looksJourney } from "./journeys/looks.ts";
import { weightJourney } from "./journeys/weight.ts";

await journey("every page", (at) => {
  looksJourney(at);
  weightJourney(at);
});
