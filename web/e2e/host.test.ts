import { journey } from "./journey.ts";
import { hostJourney } from "./journeys/host.ts";

await journey("the host", hostJourney);
