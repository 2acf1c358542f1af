import { journey } from "./journey.ts";
import { shellJourney } from "./journeys/shell.ts";

await journey("a shell", shellJourney);
