import { stackName } from "../../../shared/protocol/stack.ts";
import { absoluteFile, type LocatedStack, type StackLocation, type StackLocations } from "../files/locations.ts";
import { readOnlyReasons } from "../messages.ts";
import type { HostSnapshot } from "./host-snapshot.ts";
import type { KnownStacks } from "./known-stacks.ts";
import type { NamedFolders } from "./named-folders.ts";

export interface StackLocator {
  /** Finds the files of a stack. Containers come first, since they show what is running. */
  locate(name: string, host: HostSnapshot): Promise<LocatedStack>;
  /**
   * Names of stacks in listed folders that have no containers: those that had some before, and those in a folder that no
   * other stack uses.
   * @param used Folders of the stacks that are listed already.
   */
  namesWithoutContainers(host: HostSnapshot, used: ReadonlySet<string>): Promise<ReadonlySet<string>>;
}

export interface StackLocatorDeps {
  locations: StackLocations;
  known: KnownStacks;
  named: NamedFolders;
}

export function createStackLocator({ locations, known, named }: StackLocatorDeps): StackLocator {
  const locate: StackLocator["locate"] = async (name, { byProject, managedNames, listed }) => {
    if (!stackName.safeParse(name).success) {
      return { readOnlyReason: "name", explanation: readOnlyReasons.invalidName };
    }
    // Only some containers of a project may have the labels.
    const labels = (byProject.get(name) ?? []).find(
      ({ workingDir, configFiles }) => workingDir !== "" && configFiles.length > 0,
    );
    const labelled = labels && (await locations.labelled(labels.workingDir, labels.configFiles));
    const found = locationIn(labelled);
    if (managedNames.has(name)) {
      // The folder decides about a managed stack, not the labels of containers with the same project name.
      const isSame = found?.managed === true && found.folder === `/${name}`;
      const managed = isSame ? { location: found } : await locations.managed(name);
      if (!isMissing(managed)) return managed;
    }
    if (found && !found.managed) known.remember(name, found);
    // Containers that were created from a folder name it themselves.
    if (found) named.forget(name);
    const chosen = named.find(name);
    const there = chosen === undefined ? undefined : await locations.inFolder(chosen);
    if (there && locationIn(there)) return there;
    // A file that was moved or renamed: the folder with the stack's name is read instead.
    if (labelled && !isMissing(labelled)) return labelled;
    if (managedNames.has(name)) return locations.managed(name);
    const before = known.find(name);
    const again = before && (await locations.labelled(before.folder, before.files));
    if (locationIn(again)) return again as LocatedStack;
    const [first] = listed.byName.get(name) ?? [];
    if (first) return locations.labelled(first.absoluteFolder, absoluteFiles(first));
    return labelled ?? (await locations.managed(name));
  };

  return {
    locate,
    async namesWithoutContainers({ byProject, managedNames, listed }, used) {
      const isListed = (name: string) => byProject.has(name) || managedNames.has(name);
      const names = new Set<string>();
      const folders = new Set(used);
      for (const { name, folder, files } of known.all()) {
        if (isListed(name) || !locationIn(await locations.labelled(folder, files))) continue;
        names.add(name);
        folders.add(folder);
      }
      for (const [name, all] of listed.byName) {
        if (!isListed(name) && all.some(({ absoluteFolder }) => !folders.has(absoluteFolder))) names.add(name);
      }
      return names;
    },
  };
}

/** The location of a stack whose files can be reached. */
export const locationIn = (located: LocatedStack | undefined): StackLocation | undefined =>
  located && "location" in located ? located.location : undefined;

const isMissing = (located: LocatedStack): boolean =>
  "readOnlyReason" in located && located.readOnlyReason === "file-missing";

const absoluteFiles = (location: StackLocation): string[] => location.files.map((file) => absoluteFile(location, file));
