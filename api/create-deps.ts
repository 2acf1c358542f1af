import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openContainerEvents } from "../shared/docker/container-events.ts";
import { createFileRoot } from "../shared/files/root/files.ts";
import { createSaveJournal } from "../shared/files/saving/save-journal.ts";
import { createHelperBridge } from "../shared/helper/bridge.ts";
import { createHelperClient } from "../shared/helper/client.ts";
import { createHostMetrics } from "../shared/metrics/metrics.ts";
import { createProcesses } from "../shared/pm2/daemons.ts";
import { canSeeDeployment, canSeeService, may, type Principal } from "../shared/protocol/access.ts";
import { OWN_DAEMON } from "../shared/protocol/daemon-key.ts";
import type { Config } from "../shared/server/config.ts";
import { AppError } from "../shared/server/errors.ts";
import type { OriginPolicy } from "../shared/server/http/origin-policy.ts";
import type { Log } from "../shared/server/log.ts";
import { readRelease } from "../shared/server/release.ts";
import { shellOwner } from "../shared/server/shell-owner.ts";
import { type AccessOptions, createAccess } from "./access/access.ts";
import { createActivity } from "./activity/activity.ts";
import { createAlerts } from "./alerts/alerts.ts";
import { createMcpSource } from "./alerts/sources/mcp.ts";
import { openTrail } from "./audit/trail.ts";
import { loadCatalogue } from "./catalogue/catalogue.ts";
import { createOneTimeCredentials } from "./catalogue/install/one-time-credentials.ts";
import { openDatabase } from "./database/database.ts";
import { adoptProcessNames } from "./database/process-names.ts";
import { createPanelRotations } from "./deployments/panel-rotation.ts";
import { createProcessExits } from "./deployments/process-exits.ts";
import type { ApiDeps } from "./deps.ts";
import { createDockerEngine } from "./docker/docker-engine.ts";
import { createChangeNotifier } from "./events/change-notifier.ts";
import type { RealtimeClient } from "./events/realtime-client.ts";
import { createGettingStarted } from "./getting-started/getting-started.ts";
import { createDependencies } from "./health/dependencies.ts";
import { createRegistries } from "./images/registries.ts";
import { createJobJournal } from "./jobs/job-journal.ts";
import { createJobs } from "./jobs/jobs.ts";
import { messages as jobMessages } from "./jobs/messages.ts";
import { permissionOfJob, seesJob } from "./jobs/visibility.ts";
import { createLogStore } from "./logs/log-store.ts";
import { createMcpGateway } from "./mcp/gateway/gateway.ts";
import { createMcpHost } from "./mcp/host/host.ts";
import { createContainerFacts } from "./services/container-facts.ts";
import { notifyList } from "./services/service-target.ts";
import { createStopRequests } from "./services/stop-requests.ts";
import { createSettings } from "./settings/settings.ts";
import { createStackHost } from "./stacks/host.ts";
import { createStatsHistory } from "./stats-history/stats-history.ts";
import { createVersions } from "./system/versions.ts";
import { createUpdateChecks } from "./updates/checks.ts";
import { startRecovery } from "./updates/recreate/recovery.ts";
import { createRecreateStore } from "./updates/recreate/recreate-log.ts";
import { createUpdateStore } from "./updates/store.ts";
import { createUpdates } from "./updates/update.ts";
import { createProcessRestarts } from "./watch/process-restarts.ts";

/** Room for copies of texts that are saved, beside those of uploads. */
const SAVED_TEXTS_BYTES = 512 * 1024 * 1024;

export interface DepsOptions extends Pick<AccessOptions, "clock" | "announce" | "passwordCost"> {
  /** The state folder it names exists already, with mode 0700. */
  config: Config;
  log: Log;
  originPolicy: OriginPolicy;
  emitToken: string;
  realtime: RealtimeClient;
}

/** Most containers stop within it. */
const RESPOND_WITHIN_MS = 2_000;

export interface ApiParts {
  deps: ApiDeps;
  /** Ends what runs in the background; takes most of the time there is when a child does not end by itself. */
  stop(): Promise<void>;
  /** Closes the state, once no request is under way any more. */
  close(): void;
}

/**
 * The parts the API is made of, by its configuration. `realtime` stays the caller's to close.
 * Long because it only creates the parts, in the order in which they need each other.
 */
export function createApiDeps({
  config: environment,
  log,
  originPolicy,
  emitToken,
  realtime,
  announce,
  clock,
  passwordCost,
}: DepsOptions): ApiParts {
  const database = openDatabase(environment.DATA_DIR);
  const settings = createSettings({ database, config: environment, log });
  const { config } = settings;
  const recreates = createRecreateStore(database, log);
  const docker = createDockerEngine({ dockerHost: config.DOCKER_HOST, recreateJournal: recreates });
  const helper = createHelperClient();
  const bridge = createHelperBridge(helper);
  const processes = createProcesses({ pm2Home: config.PM2_HOME, shown: config.PM2_DAEMONS, bridge });
  const ownFiles = join(config.DATA_DIR, "files");
  if (config.FILE_MANAGER_ROOT === ownFiles) mkdirSync(ownFiles, { recursive: true, mode: 0o700 });
  const journal = createSaveJournal({
    folder: join(config.DATA_DIR, "saves"),
    log,
    // An upload over a file as large as itself, and room for texts.
    maxBytes: 2 * config.FILE_UPLOAD_MAX + SAVED_TEXTS_BYTES,
  });
  journal.tidy().catch((error: unknown) => log.warn({ err: error }, "the copies of earlier saves cannot be looked at"));
  const files = createFileRoot({
    root: config.FILE_MANAGER_ROOT,
    uploadMax: config.FILE_UPLOAD_MAX,
    log,
    journal,
    protect: [config.DATA_DIR],
  });
  const logStore = createLogStore({ config, log });
  const mcp = createMcpHost({
    database,
    realtime,
    log,
    config,
    programFolder: join(config.DATA_DIR, "mcp-programs"),
    logs: logStore,
  });
  const dependencies = createDependencies({ docker, processes, files, realtime, redisUrl: config.REDIS_URL });
  const trail = openTrail({ dataDir: config.DATA_DIR, log, keepDays: () => config.AUDIT_KEEP_DAYS });
  const access = createAccess({
    database,
    dataDir: config.DATA_DIR,
    config,
    originPolicy,
    emitToken,
    realtime,
    log,
    announce,
    clock,
    passwordCost,
  });
  const registries = createRegistries(database);
  const updateStore = createUpdateStore(database);
  const updateChecks = createUpdateChecks({
    docker,
    registries,
    store: updateStore,
    log,
    everyHours: () => config.UPDATE_CHECK_HOURS,
  });
  const processRestarts = createProcessRestarts();
  const processExits = createProcessExits({ database, processes });
  const panelRotation = createPanelRotations({ database, processes, log });
  const onProcesses: typeof processRestarts.note = (...reading) => {
    processRestarts.note(...reading);
    processExits.note(...reading);
  };
  const stats = createStatsHistory({ docker, processes, onProcesses, config, log });
  const jobJournal = createJobJournal(database);
  const activityChanges = createChangeNotifier(realtime, "activity:changed");
  const activityLimits = () => ({ days: config.ACTIVITY_MAX_DAYS, maxBytes: config.ACTIVITY_MAX_BYTES });
  const activity = createActivity({
    dataDir: config.DATA_DIR,
    log,
    limits: activityLimits(),
    onChange({ services, processes }) {
      activityChanges.changed([
        ...services.map((name) => ({ kind: "container" as const, name })),
        ...processes.map((name) => ({ kind: "process" as const, name })),
      ]);
    },
  });
  const jobs = createJobs({
    realtime,
    trail,
    journal: jobJournal,
    activity,
    log,
    rights: access.liveRights,
    mayFollow: seesJob,
    permissionOf: permissionOfJob,
    mayContinue(who, permission, { services, processes }) {
      const rights = access.rightsOf(who);
      const seesAll = ({ limits }: Pick<Principal, "limits">) =>
        services.every((name) => canSeeService(limits, name)) && processes.every((id) => canSeeDeployment(limits, id));
      if (rights && may(rights, permission) && seesAll(rights)) return;
      throw new AppError("forbidden", jobMessages.rightLost);
    },
  });
  const recovery = startRecovery({ store: recreates, docker, jobs, log });
  const stackHost = createStackHost({ database, docker, config, log, journal, jobs: jobJournal });
  const metrics = createHostMetrics();
  const containerEvents = openContainerEvents(docker, log);
  const stopRequests = createStopRequests({ database, events: containerEvents, log });
  const containerFacts = createContainerFacts({
    read: docker.lifecycle.fact,
    events: containerEvents,
    onLate: (container) => notifyList(realtime, container, "inspected"),
  });
  const alerts = createAlerts({
    database,
    docker,
    containerEvents,
    processes,
    metrics,
    jobs,
    trail,
    clock: access.clock,
    stopRequests,
    realtime,
    config,
    log,
    logWatcher: logStore,
    containerMetrics: stats,
    mayRestart: (maker, containerName) => access.stillMay(maker, "services:control", containerName),
    mayReadLogs(maker, kind, name) {
      const rights = access.rightsOf(maker);
      if (!rights || !may(rights, kind === "process" ? "deployments:view" : "services:view")) return false;
      const { limits } = rights;
      if (name === undefined) return (kind === "process" ? limits.deployments : limits.services) === null;
      return kind === "process" ? canSeeDeployment(limits, name) : canSeeService(limits, name);
    },
    isThere: (maker) => access.rightsOf(maker) !== undefined,
    sources: [(sink) => createMcpSource(mcp, sink, log)],
  });
  const processNames = adoptProcessNames({
    database,
    dataDir: config.DATA_DIR,
    // Such names were of this daemon only.
    processes: { list: async () => (await processes.daemon(OWN_DAEMON)).list() },
    log,
    onAdopted: alerts.rules.reload,
  });
  const catalogue = loadCatalogue({ folder: config.CATALOGUE_DIR, log });
  const oneTimeCredentials = createOneTimeCredentials();
  const mcpGateway = createMcpGateway({ database, mcp, access, realtime, log, version: readRelease().version });
  settings.onChange(["MCP_ALLOWED_COMMANDS", "MCP_ALLOWED_HOSTS"], mcp.stopForbidden);
  settings.onChange(["LOG_STORE_MAX_BYTES", "LOG_STORE_MAX_DAYS"], logStore.applyLimits);
  settings.onChange(["STATS_INTERVAL", "STATS_HISTORY_DAYS"], stats.applySettings);
  settings.onChange(["ACTIVITY_MAX_BYTES", "ACTIVITY_MAX_DAYS"], () => activity.setLimits(activityLimits()));
  settings.onChange(["UPDATE_CHECK_HOURS"], updateChecks.applySettings);
  return {
    deps: {
      access,
      trail,
      database,
      docker,
      processes,
      processRestarts,
      processExits,
      panelRotation,
      metrics,
      files,
      realtime,
      dependencies,
      gettingStarted: createGettingStarted({
        database,
        docker,
        compose: stackHost.compose,
        processes,
        config,
        access,
        alerts,
        mcpPrograms: () => config.MCP_ALLOWED_COMMANDS,
        log,
      }),
      jobs,
      respondWithinMs: RESPOND_WITHIN_MS,
      activity,
      alerts,
      settings,
      containerFacts,
      containerRuns: containerEvents.runs,
      stopRequests,
      stats,
      versions: createVersions(readRelease(), config.WS_SERVER_URL, emitToken),
      shellOwner: shellOwner(emitToken),
      catalogue,
      oneTimeCredentials,
      stackHost,
      logStore,
      registries,
      updateChecks,
      updates: createUpdates({ docker, registries, store: updateStore }),
      mcp,
      mcpGateway,
      originPolicy,
      log,
      production: config.NODE_ENV === "production",
    },
    async stop() {
      containerFacts.close();
      processNames.close();
      processExits.close();
      await alerts.close(); // it watches the logs, and restarts by what it sees
      await Promise.all([
        mcp.close(),
        panelRotation.close(),
        stats.stop(),
        jobs.close(),
        recovery.close(),
        updateChecks.close(),
        logStore.close(),
        containerEvents.close(),
      ]);
      mcpGateway.close();
      stopRequests.close();
      stackHost.close();
      oneTimeCredentials.close();
    },
    close() {
      helper.close();
      activityChanges.close();
      activity.close();
      stats.close();
      access.close();
      trail.close();
      database.close();
    },
  };
}
