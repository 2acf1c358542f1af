import { journey } from "./journey.ts";
import { filesJourney } from "./journeys/files.ts";

await journey("files", filesJourney);
