import { z } from "zod";
import {
  type AlertChannel,
  alertChannelBody,
  alertChannelSchema,
  defaultChannelBody,
} from "../../shared/protocol/alert.ts";
import { AppError } from "../../shared/server/errors.ts";
import { type ActionTarget, action } from "../actions/action.ts";
import { makerOf, mayReadLogs } from "./access.ts";
import { nameAndId } from "./audit-label.ts";
import { alertParams, manageAlerts } from "./manage-alerts.ts";
import { messages } from "./messages.ts";

const result = { channel: alertChannelSchema };

const storedChannel: ActionTarget<{ params: { id: string } }, AlertChannel> = {
  resolve: ({ params: { id } }, { deps }) => deps.alerts.channels.get(id),
  label: nameAndId,
};

const createChannel = action({
  ...manageAlerts,
  name: "alert-channel:create",
  method: "POST",
  path: "/alerts/channels",
  title: "Create a channel",
  body: alertChannelBody,
  status: 201,
  result,
  target: {
    resolve: () => undefined,
    label: (_subject, { body }) => body.name,
  },
  apply: async ({ body }, { deps, principal, nameTarget }) => {
    const channel = deps.alerts.channels.add(body, makerOf(principal));
    nameTarget(nameAndId(channel));
    return { channel };
  },
});

const changeChannel = action({
  ...manageAlerts,
  name: "alert-channel:change",
  method: "PUT",
  path: "/alerts/channels/:id",
  title: "Replace a channel",
  description: "`null` keeps a stored secret, unless the address changes.",
  params: alertParams,
  body: alertChannelBody,
  result,
  target: {
    resolve: () => undefined,
    label: (_subject, { params: { id }, body: { name } }) => nameAndId({ name, id }),
  },
  apply: async ({ params: { id }, body }, { deps, principal }) => {
    const { channels } = deps.alerts;
    if (!mayReadLogs(principal) && channels.hasLogLines(id)) {
      throw new AppError("forbidden", messages.channelCarriesLogs);
    }
    return { channel: channels.change(id, body, makerOf(principal)) };
  },
});

const removeChannel = action({
  ...manageAlerts,
  name: "alert-channel:remove",
  method: "DELETE",
  path: "/alerts/channels/:id",
  title: "Remove a channel",
  params: alertParams,
  target: storedChannel,
  apply: async (_input, { subject, deps }) => {
    deps.alerts.channels.remove(subject.id);
    return {};
  },
});

const testChannel = action({
  ...manageAlerts,
  name: "alert-channel:test",
  method: "POST",
  path: "/alerts/channels/:id/test",
  title: "Send a real message now",
  params: alertParams,
  result,
  target: storedChannel,
  apply: async (_input, { subject, deps, caller }) => ({
    channel: await deps.alerts.channels.test(subject.id, caller),
  }),
});

const setDefaultChannel = action({
  ...manageAlerts,
  name: "alert-channel:default",
  method: "PUT",
  path: "/alerts/default-channel",
  title: "Replace the default channel: rules with the channel `default` notify it",
  body: defaultChannelBody,
  result: {
    channel: alertChannelSchema.nullable(),
    rules: z.int().describe("Rules to which the default channel was added."),
  },
  target: {
    resolve: ({ body: { channel } }, { deps }) => (channel === null ? null : deps.alerts.channels.get(channel)),
    label: (channel) => (channel ? nameAndId(channel) : "none"),
  },
  detail: ({ body: { allRules } }) => (allRules ? "for all rules" : undefined),
  apply: async ({ body }, { deps, principal }) => deps.alerts.channels.setDefault(body, mayReadLogs(principal)),
});

export const alertChannelActions = [
  createChannel,
  changeChannel,
  removeChannel,
  testChannel,
  setDefaultChannel,
] as const;
