import { journey } from "./journey.ts";
import { keyboardJourney } from "./journeys/keyboard.ts";
import { keyboardJobsJourney } from "./journeys/keyboard-jobs.ts";

await journey(
  "keyboard",
  (at) => {
    keyboardJourney(at);
    keyboardJobsJourney(at);
  },
  { desk: { catalogue: true } },
);
