import type { DatabaseSync } from "node:sqlite";
import type { ContainerEvents } from "../../shared/docker/container-events.ts";
import type { HostMetrics } from "../../shared/metrics/metrics.ts";
import type { Processes } from "../../shared/pm2/daemons.ts";
import type { Alert, AlertHistoryQuery, AlertSubject } from "../../shared/protocol/alert.ts";
import type { Config } from "../../shared/server/config.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { Trail } from "../audit/trail.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import { createChangeNotifier } from "../events/change-notifier.ts";
import type { RealtimeClient } from "../events/realtime-client.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { LogWatcher } from "../logs/collect/watch.ts";
import { createAddressRules } from "../outbound/address-rules.ts";
import { createOwnAddresses, type OwnAddressesOptions } from "../outbound/own-addresses.ts";
import type { StopRequests } from "../services/stop-requests.ts";
import { createAutoRestart } from "./auto-restart.ts";
import { type AlertChannels, createAlertChannels } from "./channel-service.ts";
import { createChannelStore } from "./channel-store.ts";
import { compareAlerts, toAlert } from "./current-alerts.ts";
import { addDefaultRules } from "./default-rules.ts";
import { type AlertEngine, createAlertEngine, type SignalSink } from "./engine/engine.ts";
import { type AlertPage, createEventStore } from "./event-store.ts";
import { createMakers, type MakerRights } from "./makers.ts";
import { messages } from "./messages.ts";
import { createNotifier, type NotifierTimes } from "./notifier.ts";
import { type AlertRules, createAlertRules } from "./rule-service.ts";
import { createRuleStore } from "./rule-store.ts";
import type { ContainerMetrics } from "./sources/metrics.ts";
import type { SignalSource } from "./sources/source.ts";
import { createSources } from "./sources/sources.ts";

type CanSee = (subject: AlertSubject) => boolean;

/** The alerts of this server. */
export interface Alerts {
  /** Alerts that are pending or firing now and pass `canSee`: the most severe and newest first. */
  now(canSee: CanSee): Alert[];
  /** @throws AppError `not_found`, as do `acknowledge` and `silence`. */
  find(id: string): Alert;
  /** @param by Name of the person who takes care of it; null takes the acknowledgement back. */
  acknowledge(id: string, by: string | null): Alert;
  /** @param seconds How long nothing is sent; 0 ends a silence. */
  silence(id: string, seconds: number): Alert;
  history(query: AlertHistoryQuery, canSee: CanSee): AlertPage;
  /** History entries that were sent to the bell, and how many of them the principal has not read (at most 100). */
  bell(query: AlertHistoryQuery, principal: string, canSee: CanSee): AlertPage & { unread: number };
  markRead(principal: string, upTo: number): void;
  rules: AlertRules;
  channels: AlertChannels;
  /** Names of rules and channels that a user and the user's keys saved last: they need a review when the user goes. */
  madeBy(makerIds: readonly string[]): { rules: string[]; channels: string[] };
  close(): Promise<void>;
}

export interface AlertsDeps extends MakerRights {
  database: DatabaseSync;
  docker: DockerEngine;
  containerEvents: ContainerEvents;
  stopRequests: StopRequests;
  processes: Pick<Processes, "survey" | "ports" | "logSizes">;
  metrics: HostMetrics;
  jobs: Pick<Jobs, "list" | "acquire">;
  trail: Pick<Trail, "record" | "recordAfterwards">;
  clock: { tick(): number; now(): Date };
  realtime: Pick<RealtimeClient, "emitToWS">;
  config: Pick<Config, "ALERT_ALLOWED_HOSTS" | "ALERTS_PAUSED"> & OwnAddressesOptions["config"];
  log: Log;
  logWatcher?: LogWatcher;
  containerMetrics?: ContainerMetrics;
  /** Further sources of signals. */
  sources?: readonly ((sink: SignalSink) => SignalSource)[];
  times?: Partial<NotifierTimes>;
  tickMs?: number;
}

const TICK_MS = 1_000;

/**
 * Watches containers, processes, logs and the host for what the rules describe, and sends what they find.
 *
 * Assembles stores, engine, sources, automatic restarts and notifier. With `ALERTS_PAUSED` nothing is watched and only
 * tests are sent; rules, channels and the history stay available.
 * Long because it only wires these parts together, in the order in which they need each other.
 */
export function createAlerts(deps: AlertsDeps): Alerts {
  const { database, clock, log, config, tickMs = TICK_MS } = deps;
  const paused = config.ALERTS_PAUSED;
  const ruleStore = createRuleStore(database);
  const channelStore = createChannelStore(database);
  const events = createEventStore(database, (id, count) => channelStore.noteLost(id, count), channelStore.defaultId);
  addDefaultRules(ruleStore, events, log);
  const ownAddresses = createOwnAddresses({ config });
  const addresses = createAddressRules(() => config.ALERT_ALLOWED_HOSTS, "ALERT_ALLOWED_HOSTS", ownAddresses);
  const makers = createMakers(ruleStore, channelStore, deps);
  const notifier = createNotifier({
    events,
    channels: channelStore,
    rules: addresses,
    log,
    times: deps.times,
    paused,
    maySend: makers.maySend,
  });
  const changeNotifier = createChangeNotifier(deps.realtime, "alerts:changed");
  const enabledRules = () => ruleStore.list().filter(({ enabled }) => enabled);
  let degraded = false;
  const engine: AlertEngine = createAlertEngine({
    rules: enabledRules(),
    stored: events.states(),
    clock,
    commit(changes) {
      events.commit(changes);
      degraded = false;
      changeNotifier.changed([...changes.saved, ...changes.forgotten].map(({ subject }) => subject));
      if (changes.transitions.some(({ send }) => send)) notifier.wake();
    },
    isKnown: (kind) => sources.isKnown(kind),
    onError(error) {
      if (!degraded) log.error({ err: error }, "alerts cannot be stored; they stay in memory until they can");
      degraded = true;
    },
  });
  const sources = createSources(deps, {
    sink: engine,
    events,
    paused,
    isRestarting: (name) => autoRestart.isRestarting(name),
  });
  const autoRestart = createAutoRestart({
    engine,
    docker: deps.docker,
    jobs: deps.jobs,
    trail: deps.trail,
    clock,
    log,
    mayAutoRestart: makers.mayAutoRestart,
    isTouched: sources.isTouched,
  });
  const applyRules = () => {
    const enabled = enabledRules();
    engine.setRules(enabled);
    sources.want(enabled);
    engine.flush();
    changeNotifier.changed([]);
  };
  if (!paused) applyRules();
  const timer = setInterval(() => {
    try {
      engine.tick();
      autoRestart.tick();
    } catch (error) {
      log.error({ err: error }, "alerts cannot be evaluated");
    }
  }, tickMs);
  if (paused) clearInterval(timer);

  return {
    now: (canSee) =>
      [...engine.entries()]
        .filter(({ state, subject }) => state.phase !== "ok" && canSee(subject))
        .map((entry) => toAlert(entry, clock))
        .sort(compareAlerts),
    find(id) {
      const entry = engine.find(id);
      if (!entry || entry.state.phase === "ok") throw new AppError("not_found", messages.noSuchAlert);
      return toAlert(entry, clock);
    },
    acknowledge: (id, by) => toAlert(engine.acknowledge(id, by), clock),
    silence: (id, seconds) => toAlert(engine.silence(id, seconds), clock),
    history(query, canSee) {
      engine.flush();
      return events.page(query, canSee, false);
    },
    bell(query, principal, canSee) {
      engine.flush();
      return { ...events.page(query, canSee, true), unread: events.unread(principal, canSee) };
    },
    markRead: events.markRead,
    rules: createAlertRules({
      store: ruleStore,
      listed: makers.listed,
      logWatcher: deps.logWatcher,
      applyRules,
      retryRestarts: engine.retryRestarts,
    }),
    channels: createAlertChannels({
      database,
      store: channelStore,
      rules: ruleStore,
      events,
      addresses,
      shown: makers.shown,
      notifier,
      paused,
      applyRules,
      notifyChanged: () => changeNotifier.changed([]),
    }),
    madeBy: makers.madeBy,
    async close() {
      clearInterval(timer);
      await sources.close();
      await autoRestart.close();
      engine.close();
      changeNotifier.close();
      await notifier.close();
    },
  };
}
