import { createPreference } from "../../../lib/preference.ts";

/** Optional columns; the browser remembers the choice. */
export function createServiceColumns() {
  const [network, setNetwork] = createPreference("services:network", false);
  const [disk, setDisk] = createPreference("services:disk", false);
  return { network, setNetwork, disk, setDisk };
}

export type ServiceColumns = ReturnType<typeof createServiceColumns>;
