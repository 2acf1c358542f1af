import { basename } from "node:path";
import { z } from "zod";
import { maskText } from "../logs/masking.ts";
import type { DeploymentDetails } from "../protocol/deployment-details.ts";

const MAX_NAMES = 500;
const MAX_METRICS = 50;
const MAX_ACTIONS = 100;
const MAX_TEXT = 200;

const record = z.record(z.string(), z.unknown()).catch({});
const entry = z.object({
  pm2_env: z.object({
    pm_id: z.number(),
    name: z.coerce.string(),
    exec_interpreter: z.string().catch(""),
    node_version: z.string().catch(""),
    env: record,
    axm_monitor: record,
    axm_actions: z.array(z.object({ action_name: z.string() }).or(z.unknown())).catch([]),
  }),
});

type Known = Pick<DeploymentDetails, "interpreter" | "nodeVersion" | "environment" | "metrics" | "actions">;

/** What PM2's list says about these processes beyond the usual. Values of the environment are dropped here. */
export function toDetails(list: readonly unknown[], pmIds: readonly number[]): Known {
  const found = list.flatMap((item) => {
    const parsed = entry.safeParse(item);
    return parsed.success && pmIds.includes(parsed.data.pm2_env.pm_id) ? [parsed.data.pm2_env] : [];
  });
  const [first] = found;
  const interpreter = first?.exec_interpreter ?? "";
  const isNode = /^(node|bun)/.test(basename(interpreter));
  const names = new Set(
    found.flatMap(({ env, name }) =>
      Object.entries(env).flatMap(([key, value]) => (isOfPm2(key, value, name) ? [] : [key])),
    ),
  );
  return {
    // A script without an interpreter is a program itself.
    interpreter: interpreter === "" || interpreter === "none" ? null : basename(interpreter),
    nodeVersion: isNode && first?.node_version ? first.node_version : null,
    environment: [...names].sort().slice(0, MAX_NAMES).map(short),
    metrics: found.flatMap(({ pm_id, axm_monitor }) =>
      Object.entries(axm_monitor)
        .slice(0, MAX_METRICS)
        .map(([name, metric]) => ({ pmId: pm_id, name: short(name), value: short(maskText(textOf(metric))) })),
    ),
    actions: [...new Set(found.flatMap(({ axm_actions }) => axm_actions.flatMap(nameOf)))].slice(0, MAX_ACTIONS),
  };
}

/** PM2 keeps its number of a run, and the settings of a module under its name, among the variables. */
const isOfPm2 = (key: string, value: unknown, name: string): boolean =>
  key === "unique_id" || (key === name && (typeof value !== "string" || value.startsWith("{")));

/** PM2's library adds actions of its own, such as heap dumps, whose names begin with `km:` or `internal:`. */
function nameOf(action: unknown): string[] {
  const name = (action as { action_name?: unknown } | null)?.action_name;
  return typeof name === "string" && name.length <= MAX_TEXT && !/^(km|internal):/.test(name) ? [name] : [];
}

function textOf(metric: unknown): string {
  const { value, unit } = (metric ?? {}) as { value?: unknown; unit?: unknown };
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  return typeof unit === "string" && unit !== "" && !text.endsWith(unit) ? `${text} ${unit}` : text;
}

const short = (text: string): string => text.slice(0, MAX_TEXT);
