import { journey } from "./journey.ts";
import { deploymentsJourney } from "./journeys/deployments.ts";

await journey("deployments", deploymentsJourney);
