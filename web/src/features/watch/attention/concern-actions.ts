import type { Alert } from "../../../../../shared/protocol/alert.ts";
import { api } from "../../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { createResourceActions } from "../../../resource/resource-actions.ts";
import { createDeploymentActions } from "../../deployments/deployment-actions.ts";
import { createMcpActions } from "../../mcp/servers/mcp-actions.ts";
import { createServiceActions } from "../../services/actions/service-actions.ts";
import { actionLabels, isUp } from "../../services/service-state.ts";
import { watchKey } from "../watch-query.ts";
import { type Concern, isAcknowledged } from "./concern.ts";

/** What a line offers to do. */
export interface Offer {
  verb: string;
  isPending: boolean;
  run: () => unknown;
}

/** The actions on the lines of the card: those of the pages that list containers, processes and MCP servers. */
export function createConcernActions() {
  const session = useSession();
  const invalidate = useInvalidate();
  const services = createServiceActions();
  const deployments = createDeploymentActions();
  const servers = createMcpActions();
  const alerts = createResourceActions<Concern, "acknowledge">({
    id: ({ id }) => id,
    done: ({ what }) => `${what} acknowledged`,
    refetch: () => Promise.all([invalidate(watchKey), invalidate(queryKeys.alerts)]),
  });

  return {
    /** Start or restart; undefined without the permission, and where neither would help. */
    restart({ target }: Concern): Offer | undefined {
      if (target?.kind === "container" && session.may("services:control")) {
        const { service } = target;
        if (service.state === "paused") {
          return offer("Resume", services.pending(service), () => services.unpause(service));
        }
        const action = isUp(service.state) ? "restart" : "start";
        return offer(actionLabels[action].verb, services.pending(service), () => services.act(service, action));
      }
      if (target?.kind === "process" && session.may("deployments:control")) {
        const { deployment } = target;
        return offer("Restart", deployments.pending(deployment), () => deployments.act(deployment, "restart"));
      }
      if (target?.kind === "mcp" && session.may("mcp:control")) {
        return offer("Start", servers.pending(target.server), () => servers.start(target.server));
      }
      return undefined;
    },
    /** Acknowledges every alert of the line. Alerts concern all containers: a limited account may not. */
    acknowledge(concern: Concern): Offer | undefined {
      const limits = session.principal()?.limits;
      const isWhole = limits?.services === null && limits.deployments === null;
      if (concern.alerts.length === 0 || isAcknowledged(concern) || !isWhole || !session.may("alerts:manage")) {
        return undefined;
      }
      return offer("Acknowledge", alerts.pending(concern), () =>
        alerts.run(concern, "acknowledge", () => Promise.all(concern.alerts.filter(isOpen).map(acknowledge))),
      );
    },
  };
}

export type ConcernActions = ReturnType<typeof createConcernActions>;

const offer = (verb: string, pending: string | undefined, run: () => unknown): Offer => ({
  verb,
  isPending: pending !== undefined,
  run,
});
const isOpen = ({ acknowledgedBy }: Alert) => acknowledgedBy === null;
const acknowledge = ({ id }: Alert) => api.alerts.acknowledge(id);
