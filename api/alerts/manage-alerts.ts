import { z } from "zod";
import { opaqueId } from "../../shared/protocol/identifier.ts";

/** Id of an alert, rule or channel in the path. */
export const alertParams = z.object({ id: opaqueId });

/** What every action on alerts, rules and channels has in common: they concern all containers and processes. */
export const manageAlerts = { tag: "Alerts", permission: "alerts:manage", fullScope: true, mode: "respond" } as const;
