import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { McpServer } from "../../../../shared/protocol/mcp.ts";
import type { Service } from "../../../../shared/protocol/service.ts";
import { useSession } from "../../lib/session.ts";
import { createDeploymentActions } from "../deployments/deployment-actions.ts";
import { isOffered, isUp as isProcessUp } from "../deployments/deployment-list.ts";
import { createMcpActions } from "../mcp/servers/mcp-actions.ts";
import { createServiceActions } from "../services/actions/service-actions.ts";
import { actionLabels, isUp } from "../services/service-state.ts";

/** A container, process or MCP server of this page. */
export type WorkloadTarget =
  | { kind: "container"; service: Service }
  | { kind: "process"; deployment: Deployment }
  | { kind: "mcp"; server: McpServer };

export type TargetAction = "start" | "stop" | "restart" | "resume";

export const targetVerbs: Record<TargetAction, string> = {
  start: actionLabels.start.verb,
  stop: actionLabels.stop.verb,
  restart: actionLabels.restart.verb,
  resume: actionLabels.unpause.verb,
};

const permissions = { container: "services:control", process: "deployments:control", mcp: "mcp:control" } as const;

/** The actions of the pages that list containers, processes and MCP servers, by one name for all three. */
export function createTargetActions() {
  const session = useSession();
  const services = createServiceActions();
  const deployments = createDeploymentActions();
  const servers = createMcpActions();
  return {
    /** Whether the account may act on targets of this kind. */
    mayControl: ({ kind }: Pick<WorkloadTarget, "kind">): boolean => session.may(permissions[kind]),
    isPending(target: WorkloadTarget): boolean {
      if (target.kind === "container") return services.pending(target.service) !== undefined;
      if (target.kind === "process") return deployments.pending(target.deployment) !== undefined;
      return servers.pending(target.server) !== undefined;
    },
    /** Never rejects: a toast says what failed. A part of the panel asks first. */
    async act(target: WorkloadTarget, action: TargetAction): Promise<void> {
      if (target.kind === "container") {
        await (action === "resume" ? services.unpause(target.service) : services.act(target.service, action));
      } else if (target.kind === "process") {
        if (action !== "resume") await deployments.act(target.deployment, action);
      } else if (action === "start") await servers.start(target.server);
      else if (action === "stop") await servers.stop(target.server);
    },
  };
}

export type TargetActions = ReturnType<typeof createTargetActions>;

/** What can be done with a target in its state. */
export function actionsFor(target: WorkloadTarget): readonly TargetAction[] {
  if (target.kind === "mcp") {
    const { status } = target.server;
    return status === "running" || status === "starting" ? ["stop"] : ["start"];
  }
  if (target.kind === "container" && target.service.state === "paused") return ["stop", "restart", "resume"];
  if (target.kind === "container") return isUp(target.service.state) ? ["stop", "restart"] : ["start"];
  const { deployment } = target;
  if (!isProcessUp(deployment)) return ["start"];
  return isOffered(deployment, "stop") ? ["stop", "restart"] : ["restart"];
}
