import { journey } from "./journey.ts";
import { reconnectJourney } from "./journeys/reconnect.ts";

await journey("a realtime server that is killed", reconnectJourney);
