import { z } from "zod";
import { type AlertChannel, alertChannelBody, alertChannelSchema } from "../../shared/protocol/alert.ts";
import { opaqueId } from "../../shared/protocol/identifier.ts";
import { AppError } from "../../shared/server/errors.ts";
import { type ActionTarget, action } from "../actions/action.ts";
import { makerOf, mayReadLogs, requireFullScope } from "./access.ts";
import { nameAndId } from "./audit-label.ts";
import { messages } from "./messages.ts";

const tag = "Alerts";
const params = z.object({ id: opaqueId });
const result = { channel: alertChannelSchema };

const storedChannel: ActionTarget<{ params: { id: string } }, AlertChannel> = {
  resolve({ params: { id } }, { deps, principal }) {
    requireFullScope(principal);
    return deps.alerts.channels.get(id);
  },
  label: nameAndId,
};

const createChannel = action({
  name: "alert-channel:create",
  method: "POST",
  path: "/alerts/channels",
  title: "Create a channel",
  tag,
  permission: "alerts:manage",
  body: alertChannelBody,
  mode: "respond",
  status: 201,
  result,
  target: {
    resolve: (_input, { principal }) => requireFullScope(principal),
    label: (_subject, { body }) => body.name,
  },
  created: ({ channel }) => nameAndId(channel),
  apply: async ({ body }, { deps, principal }) => ({ channel: deps.alerts.channels.add(body, makerOf(principal)) }),
});

const changeChannel = action({
  name: "alert-channel:change",
  method: "PUT",
  path: "/alerts/channels/:id",
  title: "Replace a channel",
  tag,
  description: "`null` keeps a stored secret, unless the address changes.",
  permission: "alerts:manage",
  params,
  body: alertChannelBody,
  mode: "respond",
  result,
  target: {
    resolve: (_input, { principal }) => requireFullScope(principal),
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
  name: "alert-channel:remove",
  method: "DELETE",
  path: "/alerts/channels/:id",
  title: "Remove a channel",
  tag,
  permission: "alerts:manage",
  params,
  mode: "respond",
  target: storedChannel,
  apply: async (_input, { subject, deps }) => {
    deps.alerts.channels.remove(subject.id);
    return {};
  },
});

const testChannel = action({
  name: "alert-channel:test",
  method: "POST",
  path: "/alerts/channels/:id/test",
  title: "Send a real message now",
  tag,
  permission: "alerts:manage",
  params,
  mode: "respond",
  result,
  target: storedChannel,
  apply: async (_input, { subject, deps, caller }) => ({
    channel: await deps.alerts.channels.test(subject.id, caller),
  }),
});

export const alertChannelActions = [createChannel, changeChannel, removeChannel, testChannel] as const;
