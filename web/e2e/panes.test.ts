import { journey } from "./journey.ts";
import { panesJourney } from "./journeys/panes.ts";

await journey("panes", panesJourney);
