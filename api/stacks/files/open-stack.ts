import { absoluteFile, type StackPlace } from "./locations.ts";

/** A stack whose files are at hand and that may be changed. */
export interface OpenStack {
  name: string;
  place: StackPlace;
}

/** The stack as Compose is told of it. */
export const toProject = ({ name, place }: OpenStack) => ({
  name,
  folder: place.absoluteFolder,
  files: place.files.map((file) => absoluteFile(place, file)),
});
