import { journey } from "./journey.ts";
import { alertsJourney } from "./journeys/alerts.ts";

await journey("alerts", alertsJourney);
