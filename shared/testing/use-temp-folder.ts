import { afterAll, beforeAll } from "vitest";
import { type TempFolder, tempFolder } from "./temp-folder.ts";

/** A folder for the tests of a file or block. `path` can be read once they run. */
export function useTempFolder(name: string): Pick<TempFolder, "path"> {
  let folder: TempFolder | undefined;
  beforeAll(async () => {
    folder = await tempFolder(name);
  });
  afterAll(() => folder?.remove());
  return {
    get path() {
      if (!folder) throw new Error("The folder exists only while tests run.");
      return folder.path;
    },
  };
}
