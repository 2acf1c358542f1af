import { journey } from "./journey.ts";
import { addressesJourney } from "./journeys/addresses.ts";

await journey("addresses and titles", addressesJourney, { needs: ["compose"] });
