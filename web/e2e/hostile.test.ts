import { journey } from "./journey.ts";
import { hostileJourney } from "./journeys/hostile.ts";

await journey("hostile words", hostileJourney);
