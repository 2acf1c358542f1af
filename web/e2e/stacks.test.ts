import { journey } from "./journey.ts";
import { stacksJourney } from "./journeys/stacks.ts";

await journey("stacks", stacksJourney, { needs: ["compose"] });
