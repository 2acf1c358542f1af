import { journey } from "./journey.ts";
import { viewerJourney } from "./journeys/viewer.ts";

await journey("a viewer", viewerJourney);
