import { journey } from "./journey.ts";
import { servicesJourney } from "./journeys/services.ts";

await journey("services", servicesJourney);
