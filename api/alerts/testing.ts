import type { Alert, AlertEvent } from "../../shared/protocol/alert.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import type { TestApi } from "../testing/api-server.ts";

type Asking = Pick<TestApi, "ask">;

/** Creates a rule with these settings and returns its id. */
export async function makeRule(api: Asking, body: object): Promise<string> {
  const made = await api.ask("POST", "/api/alerts/rules", { body: { name: "a rule", ...body } });
  if (made.status !== 201) throw new Error(made.text);
  return made.body.rule.id;
}

/** Kinds of the history entries of a rule, oldest first. */
export async function historyOf(api: Asking, rule: string): Promise<string[]> {
  const { body } = await api.ask("GET", `/api/alerts/history?limit=200&rule=${rule}`);
  return (body.events as AlertEvent[]).map(({ kind }) => kind).reverse();
}

export const until = (api: Asking, rule: string, kind: string) =>
  eventually(async () => (await historyOf(api, rule)).includes(kind), 100);

/** Names of the subjects for which a rule fires now. */
export async function firing(api: Asking, rule: string): Promise<string[]> {
  const { body } = await api.ask("GET", "/api/alerts");
  return (body.alerts as Alert[])
    .filter(({ ruleId, phase }) => ruleId === rule && phase === "firing")
    .map(({ subject }) => subject.name);
}
