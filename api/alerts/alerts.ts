import type { DatabaseSync } from "node:sqlite";
import type { ContainerEvents } from "../../shared/docker/container-events.ts";
import type { HostMetrics } from "../../shared/metrics/metrics.ts";
import type { ProcessHost } from "../../shared/pm2/processes.ts";
import type {
  Alert,
  AlertChannel,
  AlertChannelInput,
  AlertHistoryQuery,
  AlertRuleInput,
  AlertSubject,
  ListedAlertRule,
} from "../../shared/protocol/alert.ts";
import type { Config } from "../../shared/server/config.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { Trail } from "../audit/trail.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { WsClient } from "../lib/ws-client.ts";
import type { LogWatcher } from "../logs/collect/watch.ts";
import { createAddressRules } from "../outbound/address-rules.ts";
import { createOwnAddresses, type OwnAddressesOptions } from "../outbound/own-addresses.ts";
import type { StopRequests } from "../services/stop-requests.ts";
import { createHealer } from "./auto-restart.ts";
import { createTeller } from "./change-notifier.ts";
import { type ChannelStore, createChannelStore } from "./channel-store.ts";
import { checkTarget } from "./channels/target.ts";
import { addDefaultRules } from "./default-rules.ts";
import { type AlertEngine, createAlertEngine, type Entry, type SignalSink } from "./engine/engine.ts";
import { type AlertPage, createEventStore } from "./event-store.ts";
import { createMakers, type MakerRights } from "./makers.ts";
import { createNotifier, type NotifierTimes } from "./notifier.ts";
import { createRuleStore, type RuleMaker } from "./rule-store.ts";
import { createContainerSource } from "./sources/containers.ts";
import { createHostSource } from "./sources/host.ts";
import { createLogSource, specOf } from "./sources/logs.ts";
import { type ContainerFigures, createFigureSource } from "./sources/metrics.ts";
import { createProcessSource } from "./sources/processes.ts";
import type { SignalSource } from "./sources/source.ts";

type Sees = (subject: AlertSubject) => boolean;

/** The alerts of this server. Throws `AppError`. */
export interface Alerts {
  /** What is wrong now, the worst and newest first. */
  now(sees: Sees): Alert[];
  find(id: string): Alert;
  acknowledge(id: string, by: string | null): Alert;
  /** @param seconds 0 ends a silence. */
  silence(id: string, seconds: number): Alert;
  history(query: AlertHistoryQuery, sees: Sees): AlertPage;
  bell(query: AlertHistoryQuery, principal: string, sees: Sees): AlertPage & { unread: number };
  markRead(principal: string, upTo: number): void;
  rules: {
    list(): ListedAlertRule[];
    get(id: string): ListedAlertRule;
    add(rule: AlertRuleInput, maker: RuleMaker): ListedAlertRule;
    change(id: string, rule: AlertRuleInput, maker: RuleMaker): ListedAlertRule;
    remove(id: string): void;
    /** Takes rules that were changed beside this as they are stored now. */
    reload(): void;
  };
  channels: {
    list(): AlertChannel[];
    get(id: string): AlertChannel;
    /** Whether lines of containers' logs go there, or wait to. */
    hasLogLines(id: string): boolean;
    add(channel: AlertChannelInput, maker: RuleMaker): AlertChannel;
    change(id: string, channel: AlertChannelInput, maker: RuleMaker): AlertChannel;
    remove(id: string): void;
    /** Sends a real message now; throws what went wrong. */
    test(id: string): Promise<AlertChannel>;
  };
  /** What a user, with the user's keys, made: somebody has to look at it once they are gone. */
  madeBy(makerIds: readonly string[]): { rules: string[]; channels: string[] };
  close(): Promise<void>;
}

export interface AlertsDeps extends MakerRights {
  database: DatabaseSync;
  docker: DockerEngine;
  containerEvents: ContainerEvents;
  stopRequests: StopRequests;
  processes: ProcessHost;
  metrics: HostMetrics;
  jobs: Pick<Jobs, "list" | "hold">;
  trail: Pick<Trail, "record" | "recordAfterwards">;
  clock: { tick(): number; now(): Date };
  realtime: Pick<WsClient, "emitToWS">;
  config: Pick<Config, "ALERT_ALLOWED_HOSTS" | "ALERTS_PAUSED"> & OwnAddressesOptions["config"];
  log: Log;
  logWatcher?: LogWatcher;
  figures?: ContainerFigures;
  /** More sources, for what is to be watched beside them. */
  sources?: readonly ((sink: SignalSink) => SignalSource)[];
  times?: Partial<NotifierTimes>;
  tickMs?: number;
}

const TICK_MS = 1_000;

export function createAlerts(deps: AlertsDeps): Alerts {
  const { database, docker, containerEvents, clock, log, config, tickMs = TICK_MS } = deps;
  const paused = config.ALERTS_PAUSED;
  const ruleStore = createRuleStore(database);
  const channels: ChannelStore = createChannelStore(database);
  const events = createEventStore(database, (id, count) => channels.noteLost(id, count));
  addDefaultRules(ruleStore, events, log);
  const addresses = createAddressRules(
    config.ALERT_ALLOWED_HOSTS,
    "ALERT_ALLOWED_HOSTS",
    createOwnAddresses({ config }),
  );
  const makers = createMakers(ruleStore, channels, deps);
  const { listed, shown } = makers;
  const notifier = createNotifier({
    events,
    channels,
    rules: addresses,
    log,
    times: deps.times,
    paused,
    maySend: makers.maySend,
  });
  const teller = createTeller(deps.realtime);
  let troubled = false;
  const engine: AlertEngine = createAlertEngine({
    rules: ruleStore.list().filter(({ enabled }) => enabled),
    stored: events.states(),
    clock,
    commit(changes) {
      events.commit(changes);
      troubled = false;
      teller.changed([...changes.saved, ...changes.forgotten].map(({ subject }) => subject));
      if (changes.happenings.some(({ send }) => send)) notifier.wake();
    },
    isKnown: (kind) => {
      if (kind === "container") return containers?.isKnown?.() !== false;
      return kind !== "process" || processes?.isKnown?.() !== false;
    },
    onError(error) {
      if (!troubled) log.error({ err: error }, "the alerts cannot be written down; they are kept until they can");
      troubled = true;
    },
  });

  const containers = paused
    ? undefined
    : createContainerSource({
        docker,
        events: containerEvents,
        stops: deps.stopRequests,
        sink: engine,
        log,
        isHealing: (name) => healer.isAt(name),
        attached: {
          get: () => toNumber(events.meta("attached_until")),
          set: (at) => events.setMeta("attached_until", String(at)),
        },
      });
  const healer = createHealer({
    engine,
    docker,
    jobs: deps.jobs,
    trail: deps.trail,
    clock,
    log,
    mayHeal: makers.mayHeal,
    isTouched: (id) => containers?.isTouched(id) === true,
  });
  const processes = paused ? undefined : createProcessSource(deps.processes, engine, log);
  const sources: SignalSource[] = [];
  if (containers && processes) {
    sources.push(
      containers,
      createHostSource(deps.metrics, engine, log),
      processes,
      ...(deps.logWatcher ? [createLogSource(deps.logWatcher, engine, log)] : []),
      ...(deps.figures ? [createFigureSource(deps.figures, containers.projectOf, engine, log)] : []),
      ...(deps.sources ?? []).map((make) => make(engine)),
    );
  }
  const applyRules = () => {
    const enabled = ruleStore.list().filter((rule) => rule.enabled);
    engine.setRules(enabled);
    for (const source of sources) source.want(enabled);
    engine.flush();
    teller.changed([]);
  };
  if (!paused) applyRules();
  const timer = setInterval(() => {
    try {
      engine.tick();
      healer.tick();
    } catch (error) {
      log.error({ err: error }, "the alerts could not be looked after");
    }
  }, tickMs);
  if (paused) clearInterval(timer);

  /** Throws `invalid_input` for a pattern that is none, in the log store's own words. */
  const checkPattern = (rule: AlertRuleInput) => {
    if (rule.condition.kind === "container-log") deps.logWatcher?.watch(specOf(rule), () => {})();
  };

  const toAlert = ({ id, rule, subject, state }: Entry): Alert => ({
    id,
    ruleId: rule.id,
    ruleName: rule.name,
    condition: rule.condition.kind,
    severity: rule.severity,
    subject: { kind: subject.kind, name: subject.name },
    phase: state.phase === "firing" ? "firing" : "pending",
    since: state.sinceAt,
    firingSince: state.firingAt,
    detail: state.detail,
    acknowledgedBy: state.acknowledgedBy,
    silencedUntil:
      state.silencedUntil > clock.tick()
        ? new Date(clock.now().getTime() + state.silencedUntil - clock.tick()).toISOString()
        : null,
    flapping: state.flapping,
    heals: state.heals.length,
    gaveUp: state.gaveUp,
  });
  const rank = { critical: 0, warning: 1, info: 2 } as const;

  return {
    now: (sees) =>
      [...engine.entries()]
        .filter(({ state, subject }) => state.phase !== "ok" && sees(subject))
        .map(toAlert)
        .sort((one, other) => {
          if (one.phase !== other.phase) return one.phase === "firing" ? -1 : 1;
          return rank[one.severity] - rank[other.severity] || other.since.localeCompare(one.since);
        }),
    find(id) {
      const entry = engine.find(id);
      if (!entry || entry.state.phase === "ok") throw new AppError("not_found", "There is no such alert now.");
      return toAlert(entry);
    },
    acknowledge: (id, by) => toAlert(engine.acknowledge(id, by)),
    silence: (id, seconds) => toAlert(engine.silence(id, seconds)),
    history(query, sees) {
      engine.flush();
      return events.page(query, sees, false);
    },
    bell(query, principal, sees) {
      engine.flush();
      return { ...events.page(query, sees, true), unread: events.unread(principal, sees) };
    },
    markRead(principal, upTo) {
      events.markRead(principal, upTo);
    },
    rules: {
      list: () => ruleStore.list().map(listed),
      get: (id) => listed(ruleStore.get(id)),
      reload: applyRules,
      add(rule, maker) {
        checkPattern(rule);
        const added = ruleStore.add(rule, maker);
        applyRules();
        return listed(added);
      },
      change(id, rule, maker) {
        checkPattern(rule);
        const changed = ruleStore.change(id, rule, maker);
        engine.retryHealing(id);
        applyRules();
        return listed(changed);
      },
      remove(id) {
        ruleStore.remove(id);
        applyRules();
      },
    },
    channels: {
      list: () => channels.list().map(shown),
      get: (id) => shown(channels.show(id)),
      hasLogLines: (id) =>
        events.hasLogLines(id) ||
        ruleStore.list().some((rule) => rule.condition.kind === "container-log" && rule.channels.includes(id)),
      add(channel, maker) {
        checkTarget(channel.settings, addresses);
        const added = channels.add(channel, maker);
        teller.changed([]);
        return shown(added);
      },
      change(id, channel, maker) {
        checkTarget(channel.settings, addresses);
        const changed = channels.change(id, channel, maker);
        if (!paused) notifier.renew(id);
        teller.changed([]);
        return shown(changed);
      },
      remove(id) {
        channels.remove(id);
        ruleStore.dropChannel(id);
        applyRules();
      },
      async test(id) {
        await notifier.test(id);
        return shown(channels.show(id));
      },
    },
    madeBy: makers.madeBy,
    async close() {
      clearInterval(timer);
      await Promise.all(sources.map((source) => source.close()));
      await healer.close();
      engine.close();
      teller.close();
      await notifier.close();
    },
  };
}

const toNumber = (text: string | undefined) => (text === undefined ? undefined : Number(text));
