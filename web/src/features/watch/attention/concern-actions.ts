import type { Alert } from "../../../../../shared/protocol/alert.ts";
import { api } from "../../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { createResourceActions } from "../../../resource/resource-actions.ts";
import { isUp } from "../../services/service-state.ts";
import { createTargetActions, type TargetAction, targetVerbs, type WorkloadTarget } from "../target-actions.ts";
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
  const targets = createTargetActions();
  const alerts = createResourceActions<Concern, "acknowledge">({
    id: ({ id }) => id,
    done: ({ what }) => `${what} acknowledged`,
    refetch: () => Promise.all([invalidate(watchKey), invalidate(queryKeys.alerts)]),
  });

  return {
    /** Start or restart; undefined without the permission, and where neither would help. */
    restart({ target }: Concern): Offer | undefined {
      if (!target || !targets.mayControl(target)) return undefined;
      const action = recoveryOf(target);
      return offer(targetVerbs[action], targets.isPending(target), () => targets.act(target, action));
    },
    /** Acknowledges every alert of the line. Alerts concern all containers: a limited account may not. */
    acknowledge(concern: Concern): Offer | undefined {
      const limits = session.principal()?.limits;
      const isWhole = limits?.services === null && limits.deployments === null;
      if (concern.alerts.length === 0 || isAcknowledged(concern) || !isWhole || !session.may("alerts:manage")) {
        return undefined;
      }
      return offer("Acknowledge", alerts.pending(concern) !== undefined, () =>
        alerts.run(concern, "acknowledge", () => Promise.all(concern.alerts.filter(isOpen).map(acknowledge))),
      );
    },
  };
}

export type ConcernActions = ReturnType<typeof createConcernActions>;

const offer = (verb: string, isPending: boolean, run: () => unknown): Offer => ({ verb, isPending, run });

/** A process that PM2 gave up on is restarted: that also resets its count. */
function recoveryOf(target: WorkloadTarget): TargetAction {
  if (target.kind === "mcp") return "start";
  if (target.kind === "process") return "restart";
  if (target.service.state === "paused") return "resume";
  return isUp(target.service.state) ? "restart" : "start";
}

const isOpen = ({ acknowledgedBy }: Alert) => acknowledgedBy === null;
const acknowledge = ({ id }: Alert) => api.alerts.acknowledge(id);
