import type { z } from "zod";
import type { alertChannelBody, alertRuleBody, defaultChannelBody } from "../../../../shared/protocol/alert.ts";
import { answer, part, routes } from "./request.ts";

export type AlertRuleDraft = z.input<typeof alertRuleBody>;
export type AlertChannelDraft = z.input<typeof alertChannelBody>;

export interface AlertPageQuery {
  limit: number;
  /** Id of the last event of the page before. */
  before?: number;
  /** Name of a container or process; all subjects if omitted. */
  subject?: string;
}

const at = (id: string) => ({ param: { id: part(id) } });
const queryOf = ({ limit, before, subject }: AlertPageQuery) => ({
  query: {
    limit: String(limit),
    ...(before ? { before: String(before) } : {}),
    ...(subject === undefined ? {} : { subject }),
  },
});
const one = () => routes().alerts[":id"];
const rule = () => routes().alerts.rules[":id"];
const channel = () => routes().alerts.channels[":id"];

export const alerts = {
  now: async () => (await answer(routes().alerts.$get())).alerts,
  history: (query: AlertPageQuery) => answer(routes().alerts.history.$get(queryOf(query))),
  bell: (query: AlertPageQuery) => answer(routes().alerts.bell.$get(queryOf(query))),
  markRead: (upTo: number) => answer(routes().alerts.bell.read.$post({ json: { upTo } })),
  acknowledge: (id: string) => answer(one().acknowledge.$post(at(id))),
  unacknowledge: (id: string) => answer(one().acknowledge.$delete(at(id))),
  silence: (id: string, seconds: number) => answer(one().silence.$post({ ...at(id), json: { seconds } })),
  rules: () => answer(routes().alerts.rules.$get()),
  addRule: (json: AlertRuleDraft) => answer(routes().alerts.rules.$post({ json })),
  changeRule: (id: string, json: AlertRuleDraft) => answer(rule().$put({ ...at(id), json })),
  removeRule: (id: string) => answer(rule().$delete(at(id))),
  channels: async () => (await answer(routes().alerts.channels.$get())).channels,
  addChannel: (json: AlertChannelDraft) => answer(routes().alerts.channels.$post({ json })),
  changeChannel: (id: string, json: AlertChannelDraft) => answer(channel().$put({ ...at(id), json })),
  removeChannel: (id: string) => answer(channel().$delete(at(id))),
  setDefaultChannel: (json: z.input<typeof defaultChannelBody>) =>
    answer(routes().alerts["default-channel"].$put({ json })),
  /** Sends a real message now; an ApiFailure says what went wrong. */
  testChannel: (id: string) => answer(channel().test.$post(at(id))),
};
