import { journey } from "./journey.ts";
import { accessJourney } from "./journeys/access.ts";

await journey("a newcomer", accessJourney, { desk: { account: false, host: "localhost" } });
