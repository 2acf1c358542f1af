import { journey } from "./journey.ts";
import { catalogueJourney } from "./journeys/catalogue.ts";

await journey("the catalogue", catalogueJourney, { needs: ["registry"], desk: { catalogue: true } });
