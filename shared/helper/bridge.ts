import type { DaemonBridge } from "../pm2/daemon-registry.ts";
import type { HelperClient } from "./client.ts";
import { createHelperLink } from "./daemon-link.ts";

/** Reaches the daemons of other users through the root helper. */
export const createHelperBridge = (client: HelperClient): DaemonBridge => ({
  daemons: () => client.listDaemons(),
  linkTo: ({ uid, user, home, pid, version, canWrite = false, readOnlyHint = null }) =>
    createHelperLink(client, { uid, user, home, pid: pid ?? 0, version, canWrite, readOnlyHint }),
});
