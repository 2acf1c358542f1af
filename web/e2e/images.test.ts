import { journey } from "./journey.ts";
import { imagesJourney } from "./journeys/images.ts";

await journey("images, volumes, networks and the disk", imagesJourney, { needs: ["registry"] });
