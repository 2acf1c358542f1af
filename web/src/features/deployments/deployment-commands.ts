import Rocket from "lucide-solid/icons/rocket";
import { createMemo } from "solid-js";
import { useDeployments } from "../../lib/queries.ts";
import type { CommandSource } from "../../shell/commands.ts";
import { deploymentName } from "./deployment-list.ts";

/** Opens each PM2 process by its name. */
export const createDeploymentCommands: CommandSource = (open) => {
  const deployments = useDeployments();
  return createMemo(() =>
    (deployments.data?.deployments ?? []).map((deployment) => ({
      label: deploymentName(deployment),
      group: "Process",
      icon: Rocket,
      run: () => open(`/deployments/${encodeURIComponent(deployment.id)}`),
    })),
  );
};
