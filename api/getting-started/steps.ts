import type { Principal } from "../../shared/protocol/access.ts";
import { BELL, DEFAULT_CHANNEL } from "../../shared/protocol/alert-kinds.ts";
import { type Step, type StepId, stepIds } from "../../shared/protocol/getting-started.ts";
import { singleFlight } from "../../shared/server/async/single-flight.ts";
import { withTimeout } from "../../shared/server/async/with-timeout.ts";
import type { Log } from "../../shared/server/log.ts";
import type { Access } from "../access/access.ts";
import type { Alerts } from "../alerts/alerts.ts";
import { createHostSteps, type Found, type HostStepsDeps } from "./host-steps.ts";
import { messages } from "./messages.ts";

/** A part that does not answer by then is unknown. */
const ANSWER_MS = 1_500;
/** Time that a result counts as current. */
const AGE_MS = 2_000;

export interface StepsDeps extends HostStepsDeps {
  access: Pick<Access, "users" | "passkeys">;
  alerts: Pick<Alerts, "rules" | "channels">;
  /** Programs that may run as MCP servers. */
  mcpPrograms(): readonly string[];
  log: Log;
}

export interface Steps {
  /** The steps as one administrator sees them, within 2 s. Never throws. */
  read(principal: Principal): Promise<Step[]>;
}

/** The first steps: what was found on this host, and what is missing. Checks are shared by callers, and never pile up. */
export function createSteps({ access, alerts, mcpPrograms, log, ...host }: StepsDeps): Steps {
  const shared = Object.entries({
    ...createHostSteps(host),
    alerts: async () => findAlerts(alerts),
    mcp: async () => findMcp(mcpPrograms()),
  }).map(([id, find]) => [id, cached(find)] as const);

  const settle = async (id: StepId, work: Promise<Found>): Promise<Step> => {
    const found = await withTimeout<Found, Found>(work, ANSWER_MS, () => ({
      state: "unknown",
      detail: messages.silent,
    })).catch((error: unknown): Found => {
      log.warn({ err: error, step: id }, "a first step could not be checked");
      return { state: "unknown", detail: messages.failed };
    });
    return { id, command: null, ...found };
  };
  return {
    async read(principal) {
      const steps = await Promise.all([
        ...shared.map(([id, find]) => settle(id as StepId, find())),
        settle("second-factor", findSecondFactor(access, principal)),
      ]);
      return steps.sort((a, b) => stepIds.indexOf(a.id) - stepIds.indexOf(b.id));
    },
  };
}

/** Repeats a result for a short time, and joins a check that has not ended. */
function cached(find: () => Promise<Found>): () => Promise<Found> {
  let latest: { found: Found; at: number } | undefined;
  const flight = singleFlight(async () => {
    const found = await find();
    latest = { found, at: performance.now() };
    return found;
  });
  return async () => (latest && performance.now() - latest.at < AGE_MS ? latest.found : flight());
}

async function findSecondFactor({ users, passkeys }: StepsDeps["access"], { id }: Principal): Promise<Found> {
  const user = users.byId(id);
  const { done, provider, none } = messages.secondFactor;
  if (user && (user.totpSecret !== null || passkeys.of(id).length > 0)) return { state: "done", detail: done };
  if (user?.passwordHash === null) return { state: "done", detail: provider };
  return { state: "todo", detail: none };
}

function findAlerts({ rules, channels }: StepsDeps["alerts"]): Found {
  const { bellOnly, off, someRules, done } = messages.alerts;
  const known = channels.list();
  const standard = known.find(({ isDefault }) => isDefault);
  if (known.length === 0) return { state: "todo", detail: bellOnly };
  if (standard && !standard.enabled) return { state: "todo", detail: off(standard.name) };
  const enabled = rules.list().filter((rule) => rule.enabled);
  const isSent = (ids: readonly string[]) =>
    ids.some((id) =>
      id === DEFAULT_CHANNEL ? standard !== undefined : id !== BELL && known.some((one) => one.id === id),
    );
  const silent = enabled.filter((rule) => !isSent(rule.channels));
  if (silent.length === enabled.length) return { state: "todo", detail: bellOnly };
  if (silent.length > 0) return { state: "todo", detail: someRules(silent.length, enabled.length) };
  const used = new Set(enabled.flatMap((rule) => rule.channels));
  const names = known.filter(({ id, isDefault }) => used.has(id) || (isDefault && used.has(DEFAULT_CHANNEL)));
  return { state: "done", detail: done(names.map(({ name }) => name).join(", ")) };
}

function findMcp(programs: readonly string[]): Found {
  const { some, none } = messages.mcp;
  return programs.length === 0
    ? { state: "optional", detail: none }
    : { state: "done", detail: some(programs.join(", ")) };
}
