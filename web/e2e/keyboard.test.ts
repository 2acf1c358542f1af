import { journey } from "./journey.ts";
import { keyboardJourney } from "./journeys/keyboard.ts";

await journey("keyboard", keyboardJourney);
