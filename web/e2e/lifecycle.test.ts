import { journey } from "./journey.ts";
import { lifecycleJourney } from "./journeys/lifecycle.ts";

await journey("containers in hand", lifecycleJourney);
