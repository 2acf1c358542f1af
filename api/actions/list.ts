import { userActions } from "../access/identity/actions.ts";
import { keyActions } from "../access/keys/actions.ts";
import { accountActions } from "../access/login/actions.ts";
import { passkeyActions } from "../access/passkeys/actions.ts";
import { activityActions } from "../activity/actions.ts";
import { alertActions } from "../alerts/actions.ts";
import { catalogueActions } from "../catalogue/actions.ts";
import { deploymentActions } from "../deployments/actions.ts";
import { createDeploymentActions } from "../deployments/create-actions.ts";
import { diskActions } from "../disk/actions.ts";
import { fileActions } from "../files/actions.ts";
import { gettingStartedActions } from "../getting-started/actions.ts";
import { imageActions } from "../images/actions.ts";
import { registryActions } from "../images/registry-actions.ts";
import { jobActions } from "../jobs/actions.ts";
import { mcpActions } from "../mcp/actions.ts";
import { mcpGatewayActions } from "../mcp/gateway/actions.ts";
import { networkActions } from "../networks/actions.ts";
import { serviceActions } from "../services/actions.ts";
import { settingActions } from "../settings/actions.ts";
import { stackActions } from "../stacks/actions.ts";
import { updateActions } from "../updates/actions.ts";
import { volumeActions } from "../volumes/actions.ts";

/** Every action of the server. Routes, rights, audit, locks and notices follow from it. */
export const actions = [
  ...serviceActions,
  ...imageActions,
  ...volumeActions,
  ...networkActions,
  ...updateActions,
  ...diskActions,
  ...registryActions,
  ...alertActions,
  ...mcpActions,
  ...mcpGatewayActions,
  ...deploymentActions,
  ...createDeploymentActions,
  ...jobActions,
  ...activityActions,
  ...stackActions,
  ...catalogueActions,
  ...fileActions,
  ...accountActions,
  ...passkeyActions,
  ...userActions,
  ...keyActions,
  ...gettingStartedActions,
  ...settingActions,
] as const;
