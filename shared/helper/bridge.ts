import type { DaemonBridge } from "../pm2/daemon-registry.ts";
import type { HelperClient } from "./client.ts";
import { createHelperLink } from "./daemon-link.ts";

/** Reaches the daemons of other users through the root helper. */
export const createHelperBridge = (client: HelperClient): DaemonBridge => ({
  daemons: () => client.listDaemons(),
  linkTo: (daemon) => createHelperLink(client, daemon),
});
