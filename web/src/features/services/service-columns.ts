import { createPreference } from "../../lib/preference.ts";

/** Columns that are shown when somebody wants them; remembered by the browser. */
export function createServiceColumns() {
  const [network, setNetwork] = createPreference("services:network", false);
  const [disk, setDisk] = createPreference("services:disk", false);
  return { network, setNetwork, disk, setDisk };
}

export type ServiceColumns = ReturnType<typeof createServiceColumns>;
