import { absoluteFile, type StackLocation } from "./locations.ts";

/** A stack whose files can be read and changed. */
export interface OpenStack {
  name: string;
  location: StackLocation;
}

/** The stack as a project for Compose. */
export const toProject = ({ name, location }: OpenStack) => ({
  name,
  folder: location.absoluteFolder,
  files: location.files.map((file) => absoluteFile(location, file)),
});
