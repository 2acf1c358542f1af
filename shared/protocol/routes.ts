import type { z } from "zod";
import type { AccessArea, Principal } from "./access.ts";
import type {
  ApiKeyInfo,
  AuditEntry,
  auditQuery,
  keyBody,
  loginBody,
  passwordChange,
  proofBody,
  SessionInfo,
  setupBody,
  totpConfirmation,
  User,
  userBody,
  userPatch,
} from "./account.ts";
import type { OfferedAction } from "./action.ts";
import type {
  ActivityDetail,
  ActivityEntry,
  ActivityOutput,
  ActivityStorage,
  activityOutputQuery,
  activityQuery,
} from "./activity.ts";
import type {
  Alert,
  AlertChannel,
  AlertEvent,
  alertChannelBody,
  alertHistoryQuery,
  alertRuleBody,
  bellRead,
  defaultChannelBody,
  ListedAlertRule,
  silenceBody,
} from "./alert.ts";
import type { CatalogueDetail, CatalogueSummary, Credential, InstallPreview, installInput } from "./catalogue.ts";
import type { Deployment, scaleDeploymentBody, signalDeploymentBody } from "./deployment.ts";
import type {
  changeRotationBody,
  DeploymentDetails,
  PanelRotation,
  TriggerResult,
  triggerDeploymentBody,
} from "./deployment-details.ts";
import type { DiskUsage, PrunePreview, pruneRequest } from "./disk.ts";
import type { McpLog } from "./events/mcp.ts";
import type {
  chooseVersionBody,
  FolderListing,
  InterruptedSave,
  listQuery,
  makeFolderBody,
  pathQuery,
  renameBody as renameFileBody,
  TextFile,
  writeFileBody,
} from "./file.ts";
import type { GettingStarted, gettingStartedBody } from "./getting-started.ts";
import type { Image, ImageDetail, pullRequest, removeImageQuery, tagRequest } from "./image.ts";
import type { Job } from "./job.ts";
import type { callMcpTool, changeMcpServer, createMcpServer, McpServer, McpTool, mcpSupervisionBody } from "./mcp.ts";
import type { McpAppView, openMcpApp } from "./mcp-app.ts";
import type {
  changeGateway,
  changeGatewayClient,
  changeGatewayServer,
  Gateway,
  GatewayCall,
  GatewayItem,
} from "./mcp-gateway.ts";
import type { McpImported, McpImportPreview, McpSnippet, mcpImportBody, mcpImportPreviewBody } from "./mcp-import.ts";
import type { McpSignInStart } from "./mcp-sign-in.ts";
import type {
  answerMcpRequest,
  completeMcpArgument,
  getMcpPrompt,
  importMcpCalls,
  McpAbout,
  McpChanges,
  McpCheck,
  McpCompletion,
  McpDiagnosisStep,
  McpLogLevel,
  McpPage,
  McpPrompt,
  McpResource,
  McpResourceTemplate,
  McpRoot,
  McpSavedCall,
  McpServerRequest,
  McpWireEntry,
  mcpLogLevelBody,
  mcpRootsBody,
  mcpSubscription,
  pageQuery,
  readMcpResource,
  saveMcpCall,
  sendMcpRequest,
  wireQuery,
} from "./mcp-workbench.ts";
import type { connectRequest, createNetworkRequest, disconnectRequest, Network, NetworkDetail } from "./network.ts";
import type { PasskeyInfo, PasskeyOptions, passkeyBody, passkeyLogin, passkeyPatch } from "./passkey.ts";
import type { Pm2Daemon } from "./pm2-daemon.ts";
import type {
  createDeploymentBody,
  DeploymentPreview,
  ProcessHostInfo,
  previewDeploymentBody,
} from "./process-create.ts";
import type { ProcessListState, processListQuery, saveProcessListBody } from "./process-list.ts";
import type { addRegistryRequest, Registry } from "./registry.ts";
import type { Release } from "./release.ts";
import type { removeServiceQuery, Service, ServiceDetail, servicesQuery } from "./service.ts";
import type {
  killBody,
  limitsBody,
  recreateBody,
  renameBody as renameServiceBody,
  ServiceProcess,
} from "./service-change.ts";
import type {
  EnvironmentVariable,
  EnvironmentWay,
  ListSetting,
  NumberSetting,
  Setting,
  settingListBody,
  settingValueBody,
} from "./settings.ts";
import type { openShellBody, Shell } from "./shell.ts";
import type {
  ComposeState,
  createStackBody,
  Finding,
  nameStackFolderBody,
  removeStackQuery,
  Stack,
  StackDetail,
  StackEnv,
  StackFile,
  StackRevision,
  stackDownBody,
  stackFileQuery,
  stackUpBody,
  validateStackBody,
  writeStackEnvBody,
  writeStackFileBody,
} from "./stack.ts";
import type { historyQuery, ProcessHistory, ServiceHistory, SystemHistory } from "./stats-history.ts";
import type { DependencyName, DependencyState, SystemInfo, SystemStats } from "./system.ts";
import type { checkUpdatesRequest, ServiceUpdate } from "./update.ts";
import type { createVolumeRequest, Volume, VolumeDetail } from "./volume.ts";
import type { Watch } from "./watch.ts";

/**
 * The REST routes under `/api` that the page calls: by method and path, the query or JSON body of the request and the fields
 * beside `success` in the response. Types only: a page that imports them loads nothing. Downloads, uploads and the search of
 * logs are addresses, not entries. A type check of the API compares each entry with its router.
 */
export interface Routes
  extends ServicesRoutes,
    DockerRoutes,
    JobsRoutes,
    StacksRoutes,
    CatalogueRoutes,
    DeploymentsRoutes,
    SystemRoutes,
    WatchRoutes,
    SettingsRoutes,
    McpRoutes,
    AlertsRoutes,
    FilesRoutes,
    ActionsRoutes,
    AccessRoutes {}

interface ServicesRoutes {
  "GET /services": {
    query: z.input<typeof servicesQuery>;
    answer: { services: Service[]; engine: DependencyState };
  };
  "GET /services/:id": { answer: { service: ServiceDetail } };
  "DELETE /services/:id": { query: z.input<typeof removeServiceQuery>; answer: { service?: ServiceDetail; job?: Job } };
  "PATCH /services/:id": { json: z.input<typeof limitsBody>; answer: { service: ServiceDetail } };
  "POST /services/:id/start": { answer: { service?: ServiceDetail; job?: Job } };
  "POST /services/:id/stop": { answer: { service?: ServiceDetail; job?: Job } };
  "POST /services/:id/restart": { answer: { service?: ServiceDetail; job?: Job } };
  "POST /services/:id/pause": { answer: { service: ServiceDetail } };
  "POST /services/:id/unpause": { answer: { service: ServiceDetail } };
  "POST /services/:id/kill": { json: z.input<typeof killBody>; answer: { service: ServiceDetail } };
  "POST /services/:id/rename": { json: z.input<typeof renameServiceBody>; answer: { service: ServiceDetail } };
  "POST /services/:id/recreate": { json: z.input<typeof recreateBody>; answer: { job: Job } };
  "GET /services/:id/processes": { answer: { processes: ServiceProcess[] } };
  "GET /services/:id/inspect": { answer: { document: Record<string, unknown>; leftOut: string[] } };
  "GET /services/:id/history": { query: z.input<typeof historyQuery>; answer: { history: ServiceHistory } };
  "GET /services/:id/shells": { answer: { shells: Shell[] } };
  "POST /services/:id/shells": { json: z.input<typeof openShellBody>; answer: { shell: Shell } };
  "DELETE /services/:id/shells/:shell": { answer: object };
  "POST /services/:id/update": { answer: { job: Job } };
  "POST /services/:id/go-back": { answer: { job: Job } };
}

interface DockerRoutes {
  "GET /images": { answer: { images: Image[] } };
  "POST /images/pull": { json: z.input<typeof pullRequest>; answer: { job: Job } };
  "GET /images/:id": { answer: { image: ImageDetail } };
  "DELETE /images/:id": { query: z.input<typeof removeImageQuery>; answer: object };
  "POST /images/:id/tag": { json: z.input<typeof tagRequest>; answer: { image: ImageDetail } };
  "GET /volumes": { answer: { volumes: Volume[] } };
  "POST /volumes": { json: z.input<typeof createVolumeRequest>; answer: { volume: VolumeDetail } };
  "GET /volumes/:name": { answer: { volume: VolumeDetail } };
  "DELETE /volumes/:name": { answer: object };
  "GET /networks": { answer: { networks: Network[] } };
  "POST /networks": { json: z.input<typeof createNetworkRequest>; answer: { network: NetworkDetail } };
  "GET /networks/:id": { answer: { network: NetworkDetail } };
  "DELETE /networks/:id": { answer: object };
  "POST /networks/:id/connect": { json: z.input<typeof connectRequest>; answer: { network: NetworkDetail } };
  "POST /networks/:id/disconnect": { json: z.input<typeof disconnectRequest>; answer: { network: NetworkDetail } };
  "GET /disk": { answer: { usage: DiskUsage } };
  "GET /disk/prune": { answer: { preview: PrunePreview } };
  "POST /disk/prune": { json: z.input<typeof pruneRequest>; answer: { job: Job } };
  "GET /registries": { answer: { registries: Registry[] } };
  "POST /registries": { json: z.input<typeof addRegistryRequest>; answer: { registry: Registry } };
  "DELETE /registries/:id": { answer: object };
  "GET /updates": { answer: { services: ServiceUpdate[]; everyHours: number } };
  "POST /updates/check": { json: z.input<typeof checkUpdatesRequest>; answer: { job: Job } };
}

interface JobsRoutes {
  "GET /jobs": { answer: { jobs: Job[] } };
  "GET /jobs/:id": { answer: { job: Job } };
  "DELETE /jobs/:id": { answer: { job: Job } };
  "GET /activity": {
    query: z.input<typeof activityQuery>;
    answer: { entries: ActivityEntry[]; next: number | null; storage: ActivityStorage };
  };
  "GET /activity/:id": { answer: { entry: ActivityDetail } };
  "GET /activity/:id/output": { query: z.input<typeof activityOutputQuery>; answer: { output: ActivityOutput } };
  "POST /activity/:id/undo": { answer: { job: Job } };
}

interface StacksRoutes {
  "GET /stacks": { answer: { stacks: Stack[]; engine: DependencyState; compose: ComposeState; complete: boolean } };
  "POST /stacks": { json: z.input<typeof createStackBody>; answer: { stack: StackDetail } };
  "POST /stacks/look": { json: Record<string, never>; answer: { compose: ComposeState } };
  "POST /stacks/validate": { json: z.input<typeof validateStackBody>; answer: { findings: Finding[] } };
  "GET /stacks/:name": { answer: { stack: StackDetail; engine: DependencyState; compose: ComposeState } };
  "DELETE /stacks/:name": { query: z.input<typeof removeStackQuery>; answer: { job: Job } };
  "GET /stacks/:name/file": { query: z.input<typeof stackFileQuery>; answer: { file: StackFile } };
  "PUT /stacks/:name/file": { json: z.input<typeof writeStackFileBody>; answer: { file: StackFile } };
  "GET /stacks/:name/saves": { answer: { saves: InterruptedSave[] } };
  "POST /stacks/:name/saves/:id": { json: z.input<typeof chooseVersionBody>; answer: object };
  "GET /stacks/:name/revisions": { answer: { revisions: StackRevision[] } };
  "GET /stacks/:name/revisions/:id": { answer: { revision: StackRevision & { content: string } } };
  "GET /stacks/:name/env": { answer: { env: StackEnv } };
  "PUT /stacks/:name/env": { json: z.input<typeof writeStackEnvBody>; answer: { env: StackEnv } };
  "PUT /stacks/:name/folder": { json: z.input<typeof nameStackFolderBody>; answer: object };
  "DELETE /stacks/:name/folder": { answer: object };
  "POST /stacks/:name/up": { json: z.input<typeof stackUpBody>; answer: { job: Job } };
  "POST /stacks/:name/down": { json: z.input<typeof stackDownBody>; answer: { job: Job } };
  "POST /stacks/:name/start": { json: Record<string, never>; answer: { job: Job } };
  "POST /stacks/:name/stop": { json: Record<string, never>; answer: { job: Job } };
  "POST /stacks/:name/restart": { json: Record<string, never>; answer: { job: Job } };
  "POST /stacks/:name/pull": { json: Record<string, never>; answer: { job: Job } };
}

interface CatalogueRoutes {
  "GET /catalogue": { answer: { entries: CatalogueSummary[] } };
  "GET /catalogue/:id": { answer: { entry: CatalogueDetail; networks: string[] | null } };
  "POST /catalogue/:id/preview": { json: z.input<typeof installInput>; answer: { preview: InstallPreview } };
  "POST /catalogue/:id/install": { json: z.input<typeof installInput>; answer: { job: Job } };
  "POST /catalogue/installs/:jobId/credentials": { answer: { credentials: Credential[] } };
}

interface DeploymentsRoutes {
  "GET /deployments": {
    answer: { deployments: Deployment[]; daemon: DependencyState; daemons: Pm2Daemon[]; omittedDaemons: number };
  };
  "GET /deployments/:id": { answer: { deployment: Deployment } };
  "GET /process-list": { query: z.input<typeof processListQuery>; answer: { list: ProcessListState } };
  "POST /process-list/save": { json: z.input<typeof saveProcessListBody>; answer: { list: ProcessListState } };
  "GET /process-list/interpreters": { query: z.input<typeof processListQuery>; answer: { host: ProcessHostInfo } };
  "POST /process-list/preview": {
    json: z.input<typeof previewDeploymentBody>;
    answer: { preview: DeploymentPreview };
  };
  "PUT /deployments/:id": {
    json: z.input<typeof createDeploymentBody>;
    answer: { deployment: Deployment; notes: string[] };
  };
  "GET /deployments/:id/details": { answer: { details: DeploymentDetails } };
  "GET /deployments/:id/history": { query: z.input<typeof historyQuery>; answer: { history: ProcessHistory } };
  "DELETE /deployments/:id": { answer: object };
  "POST /deployments/:id/start": { answer: { deployment: Deployment } };
  "POST /deployments/:id/stop": { answer: { deployment: Deployment } };
  "POST /deployments/:id/restart": { answer: { deployment: Deployment } };
  "POST /deployments/:id/reload": { answer: { deployment: Deployment } };
  "POST /deployments/:id/scale": {
    json: z.input<typeof scaleDeploymentBody>;
    answer: { deployment: Deployment } | { job: Job };
  };
  "POST /deployments/:id/reset": { answer: { deployment: Deployment } };
  "POST /deployments/:id/signal": {
    json: z.input<typeof signalDeploymentBody>;
    answer: { deployment: Deployment };
  };
  "POST /deployments/:id/flush": { answer: { bytes: number } };
  "PUT /deployments/:id/rotation": {
    json: z.input<typeof changeRotationBody>;
    answer: { rotation: PanelRotation };
  };
  "POST /deployments/:id/rotate": { answer: { bytes: number } | { job: Job } };
  "POST /deployments/:id/trigger": {
    json: z.input<typeof triggerDeploymentBody>;
    answer: { results: TriggerResult[] };
  };
}

interface SystemRoutes {
  "GET /system": { answer: { info: SystemInfo; dependencies: Record<DependencyName, DependencyState> } };
  "GET /system/version": { answer: { api: Release; realtime: Release | null } };
  "GET /system/stats": { answer: { stats: SystemStats } };
  "GET /system/history": { query: z.input<typeof historyQuery>; answer: { history: SystemHistory } };
}

interface WatchRoutes {
  "GET /watch": { answer: Watch };
  "GET /watch/trends": { answer: Pick<Watch, "trends"> };
}

interface SettingsRoutes {
  "GET /settings": { answer: { settings: Setting[]; environment: EnvironmentVariable[]; way: EnvironmentWay } };
  "PUT /settings/:id": {
    json: z.input<typeof settingValueBody>;
    answer: { setting: NumberSetting };
  };
  "PUT /settings/lists/:id": { json: z.input<typeof settingListBody>; answer: { setting: ListSetting } };
}

interface McpRoutes {
  "GET /mcp": { answer: { servers: McpServer[] } };
  "POST /mcp": { json: z.input<typeof createMcpServer>; answer: { server: McpServer } };
  "POST /mcp/import": { json: z.input<typeof mcpImportBody>; answer: { servers: McpImported[] } };
  "POST /mcp/import/preview": { json: z.input<typeof mcpImportPreviewBody>; answer: { preview: McpImportPreview } };
  "GET /mcp/:id/snippets": { answer: { snippets: McpSnippet[] } };
  "GET /mcp/:id": { answer: { server: McpServer } };
  "PUT /mcp/:id": { json: z.input<typeof changeMcpServer>; answer: { server: McpServer } };
  "DELETE /mcp/:id": { answer: object };
  "POST /mcp/:id/start": { answer: { server: McpServer } };
  "POST /mcp/:id/stop": { answer: { server: McpServer } };
  "POST /mcp/:id/restart": { answer: { server: McpServer } };
  "PATCH /mcp/:id/supervision": { json: z.input<typeof mcpSupervisionBody>; answer: { server: McpServer } };
  "POST /mcp/:id/update": { answer: { job: Job } };
  "POST /mcp/:id/sign-in": { answer: { signIn: McpSignInStart } };
  "DELETE /mcp/:id/sign-in": { answer: { server: McpServer } };
  "GET /mcp/:id/tools": { answer: { tools: McpTool[] } };
  "POST /mcp/:id/tools/call": { json: z.input<typeof callMcpTool>; answer: { result: unknown } };
  "GET /mcp/:id/log": { answer: { entries: McpLog[] } };
  "GET /mcp/:id/about": { answer: { about: McpAbout; logLevel: McpLogLevel } };
  "GET /mcp/:id/resources": { query: z.input<typeof pageQuery>; answer: McpPage<McpResource> };
  "GET /mcp/:id/resource-templates": { query: z.input<typeof pageQuery>; answer: McpPage<McpResourceTemplate> };
  "GET /mcp/:id/prompts": { query: z.input<typeof pageQuery>; answer: McpPage<McpPrompt> };
  "GET /mcp/:id/completion": { query: z.input<typeof completeMcpArgument>; answer: { completion: McpCompletion } };
  "GET /mcp/:id/roots": { answer: { roots: McpRoot[] } };
  "GET /mcp/:id/requests": { answer: { requests: McpServerRequest[] } };
  "GET /mcp/:id/wire": { query: z.input<typeof wireQuery>; answer: { entries: McpWireEntry[] } };
  "GET /mcp/:id/saved-calls": { answer: { calls: McpSavedCall[] } };
  "GET /mcp/:id/changes": { answer: { changes: McpChanges } };
  "POST /mcp/:id/resources/read": {
    json: z.input<typeof readMcpResource>;
    answer: { uri: string; result: Record<string, unknown> };
  };
  "POST /mcp/:id/prompts/get": {
    json: z.input<typeof getMcpPrompt>;
    answer: { result: Record<string, unknown> };
  };
  "POST /mcp/:id/send": { json: z.input<typeof sendMcpRequest>; answer: { result: Record<string, unknown> } };
  "POST /mcp/:id/subscriptions": { json: z.input<typeof mcpSubscription>; answer: object };
  "DELETE /mcp/:id/subscriptions": { query: z.input<typeof mcpSubscription>; answer: object };
  "PUT /mcp/:id/roots": { json: z.input<typeof mcpRootsBody>; answer: { roots: McpRoot[] } };
  "PUT /mcp/:id/log-level": { json: z.input<typeof mcpLogLevelBody>; answer: { level: McpLogLevel } };
  "POST /mcp/:id/requests/:request/answer": { json: z.input<typeof answerMcpRequest>; answer: object };
  "POST /mcp/:id/diagnose": { answer: { steps: McpDiagnosisStep[] } };
  "DELETE /mcp/:id/wire": { answer: object };
  "POST /mcp/:id/saved-calls": { json: z.input<typeof saveMcpCall>; answer: { call: McpSavedCall } };
  "PUT /mcp/:id/saved-calls/:call": { json: z.input<typeof saveMcpCall>; answer: { call: McpSavedCall } };
  "POST /mcp/:id/apps": { json: z.input<typeof openMcpApp>; answer: { view: McpAppView } };
  "POST /mcp/:id/saved-calls/import": { json: z.input<typeof importMcpCalls>; answer: { calls: McpSavedCall[] } };
  "POST /mcp/:id/saved-calls/check": { answer: { job: Job } };
  "DELETE /mcp/:id/saved-calls/:call": { answer: { call: McpSavedCall } };
  "POST /mcp/:id/saved-calls/:call/check": { answer: { check: McpCheck } };
  "GET /mcp-gateway": { answer: { gateway: Gateway } };
  "PUT /mcp-gateway": { json: z.input<typeof changeGateway>; answer: { gateway: Gateway } };
  "GET /mcp-gateway/items": { answer: { items: GatewayItem[] } };
  "GET /mcp-gateway/calls": { answer: { calls: GatewayCall[] } };
  "PUT /mcp-gateway/servers/:id": { json: z.input<typeof changeGatewayServer>; answer: { gateway: Gateway } };
  "PUT /mcp-gateway/clients/:id": { json: z.input<typeof changeGatewayClient>; answer: { gateway: Gateway } };
  "DELETE /mcp-gateway/clients/:id/sessions": { answer: { ended: number } };
  "POST /mcp-gateway/calls/:id/stop": { answer: object };
}

interface AlertsRoutes {
  "GET /alerts": { answer: { alerts: Alert[] } };
  "GET /alerts/history": {
    query: z.input<typeof alertHistoryQuery>;
    answer: { events: AlertEvent[]; next: number | null };
  };
  "GET /alerts/bell": {
    query: z.input<typeof alertHistoryQuery>;
    answer: { events: AlertEvent[]; next: number | null; unread: number };
  };
  "POST /alerts/bell/read": { json: z.input<typeof bellRead>; answer: object };
  "GET /alerts/rules": { answer: { rules: ListedAlertRule[]; hasDefaultChannel: boolean } };
  "POST /alerts/rules": { json: z.input<typeof alertRuleBody>; answer: { rule: ListedAlertRule } };
  "PUT /alerts/rules/:id": { json: z.input<typeof alertRuleBody>; answer: { rule: ListedAlertRule } };
  "DELETE /alerts/rules/:id": { answer: object };
  "GET /alerts/channels": { answer: { channels: AlertChannel[] } };
  "POST /alerts/channels": { json: z.input<typeof alertChannelBody>; answer: { channel: AlertChannel } };
  "PUT /alerts/channels/:id": { json: z.input<typeof alertChannelBody>; answer: { channel: AlertChannel } };
  "DELETE /alerts/channels/:id": { answer: object };
  "POST /alerts/channels/:id/test": { answer: { channel: AlertChannel } };
  "PUT /alerts/default-channel": {
    json: z.input<typeof defaultChannelBody>;
    answer: { channel: AlertChannel | null; rules: number };
  };
  "POST /alerts/:id/acknowledge": { answer: { alert: Alert } };
  "DELETE /alerts/:id/acknowledge": { answer: { alert: Alert } };
  "POST /alerts/:id/silence": { json: z.input<typeof silenceBody>; answer: { alert: Alert } };
}

interface ActionsRoutes {
  "GET /actions": { answer: { actions: OfferedAction[] } };
}

interface FilesRoutes {
  "GET /files": { query: z.input<typeof listQuery>; answer: { folder: FolderListing } };
  "DELETE /files": { query: z.input<typeof pathQuery>; answer: object };
  "GET /files/text": { query: z.input<typeof pathQuery>; answer: { file: TextFile } };
  "PUT /files/text": { json: z.input<typeof writeFileBody>; answer: { file: TextFile } };
  "GET /files/saves": { answer: { saves: InterruptedSave[] } };
  "POST /files/saves/:id": { json: z.input<typeof chooseVersionBody>; answer: object };
  "POST /files/folder": { json: z.input<typeof makeFolderBody>; answer: object };
  "POST /files/rename": { json: z.input<typeof renameFileBody>; answer: object };
}

interface AccessRoutes {
  "GET /setup": { answer: { needed: boolean } };
  "POST /setup": { json: z.input<typeof setupBody>; answer: { principal: Principal } };
  "POST /session": { json: z.input<typeof loginBody>; answer: { principal: Principal } };
  "GET /session": { answer: { principal: Principal | null } };
  "DELETE /session": { answer: object };
  "POST /session/passkey/options": { answer: { options: PasskeyOptions | null } };
  "POST /session/passkey": { json: z.input<typeof passkeyLogin>; answer: { principal: Principal } };
  "POST /session/proof/options": { answer: { password: boolean; oidc: boolean; options: PasskeyOptions | null } };
  "POST /session/proof": { json: z.input<typeof proofBody>; answer: object };
  "GET /account": {
    answer: {
      totp: boolean;
      password: boolean;
      passkeys: PasskeyInfo[];
      passkeyHost: string;
      passkeyProblem: string | null;
      recoveryCodes: number;
    };
  };
  "GET /account/sessions": { answer: { sessions: SessionInfo[] } };
  "DELETE /account/sessions/:id": { answer: object };
  "POST /account/password": { json: z.input<typeof passwordChange>; answer: object };
  "POST /account/totp": { answer: { secret: string; uri: string } };
  "DELETE /account/totp": { answer: object };
  "POST /account/totp/confirm": { json: z.input<typeof totpConfirmation>; answer: { recoveryCodes: string[] } };
  "POST /account/passkeys/options": { answer: { options: PasskeyOptions } };
  "POST /account/passkeys": {
    json: z.input<typeof passkeyBody>;
    answer: { passkey: PasskeyInfo; recoveryCodes: string[] | null };
  };
  "PATCH /account/passkeys/:id": { json: z.input<typeof passkeyPatch>; answer: object };
  "DELETE /account/passkeys/:id": { answer: object };
  "GET /getting-started": { answer: GettingStarted };
  "PUT /getting-started": { json: z.input<typeof gettingStartedBody>; answer: object };
  "GET /access": { answer: { areas: AccessArea[] } };
  "GET /users": { answer: { users: User[] } };
  "POST /users": { json: z.input<typeof userBody>; answer: { user: User } };
  "PATCH /users/:id": { json: z.input<typeof userPatch>; answer: { user: User } };
  "DELETE /users/:id": { answer: { left: { rules: string[]; channels: string[] } } };
  "DELETE /users/:id/sessions": { answer: object };
  "GET /keys": { answer: { keys: ApiKeyInfo[] } };
  "POST /keys": { json: z.input<typeof keyBody>; answer: { key: ApiKeyInfo; secret: string } };
  "DELETE /keys/:id": { answer: object };
  "GET /audit": { query: z.input<typeof auditQuery>; answer: { entries: AuditEntry[]; next: number | null } };
  "GET /oidc": { answer: { configured: boolean; problem?: string } };
}
