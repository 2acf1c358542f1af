import { journey } from "./journey.ts";
import { logsJourney } from "./journeys/logs.ts";

await journey("logs", logsJourney);
