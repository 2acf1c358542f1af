import { z } from "zod";
import { opaqueId } from "../../../shared/protocol/identifier.ts";
import {
  changeGateway,
  changeGatewayClient,
  changeGatewayServer,
  gatewaySchema,
} from "../../../shared/protocol/mcp-gateway.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { action } from "../../actions/action.ts";
import { messages } from "./messages.ts";

const respond = { tag: "MCP gateway", mode: "respond" } as const;
const manage = { ...respond, permission: "mcp:manage" } as const;
const result = { gateway: gatewaySchema };
const params = z.object({ id: opaqueId });
const FRESH = "Needs a fresh proof: see `POST /api/session/proof`. An API key needs the scope `mcp:manage` itself.";
/** Longest text about a change in the audit trail, in characters. */
const MAX_DETAIL = 300;

// Step-up: these say what programs outside reach on this host.
const change = action({
  ...manage,
  name: "mcp-gateway:change",
  method: "PUT",
  path: "/mcp-gateway",
  title: "Turn the gateway on or off, and set its limits",
  description: `In effect at once. Turning it off ends all sessions. ${FRESH}`,
  stepUp: "scoped-keys",
  body: changeGateway,
  result,
  target: { resolve: () => undefined, label: () => "the MCP gateway" },
  detail: ({ body }) => (body.enabled ? "turned on" : "turned off"),
  apply: async ({ body }, { deps: { mcpGateway } }) => {
    mcpGateway.change(body);
    return { gateway: mcpGateway.view() };
  },
});

const changeServer = action({
  ...manage,
  name: "mcp-gateway:change-server",
  method: "PUT",
  path: "/mcp-gateway/servers/:id",
  title: "Choose what the gateway exposes of a server",
  description: FRESH,
  stepUp: "scoped-keys",
  params,
  body: changeGatewayServer,
  result,
  target: {
    resolve: ({ params: { id } }, { deps }) => deps.mcp.get(id),
    label: ({ name, id }) => `${name} (${id})`,
  },
  detail: ({ body: { enabled, hidden } }) =>
    `${enabled ? "exposed" : "not exposed"}, ${Object.values(hidden).flat().length} items off`.slice(0, MAX_DETAIL),
  apply: async ({ params: { id }, body }, { deps: { mcpGateway } }) => {
    mcpGateway.changeServer(id, body);
    return { gateway: mcpGateway.view() };
  },
});

const changeClient = action({
  ...manage,
  name: "mcp-gateway:change-client",
  method: "PUT",
  path: "/mcp-gateway/clients/:id",
  title: "Choose the servers that an API key reaches through the gateway",
  description: `Ends the sessions of the key. ${FRESH}`,
  stepUp: "scoped-keys",
  params,
  body: changeGatewayClient,
  result,
  target: {
    resolve: ({ params: { id } }, { deps }) => {
      const key = deps.access.keys.byId(id);
      if (!key) throw new AppError("not_found", messages.noSuchClient);
      return key;
    },
    label: ({ name, id }) => `${name} (${id})`,
  },
  detail: ({ body: { servers } }) => (servers === null ? "all servers" : `${servers.length} servers`),
  apply: async ({ params: { id }, body }, { deps: { mcpGateway } }) => {
    mcpGateway.changeClient(id, body);
    return { gateway: mcpGateway.view() };
  },
});

const endSessions = action({
  ...manage,
  name: "mcp-gateway:end-sessions",
  method: "DELETE",
  path: "/mcp-gateway/clients/:id/sessions",
  title: "End the sessions of an API key at the gateway",
  description: "Its program can open a new one. Revoke the key to keep it out.",
  params,
  result: { ended: z.int() },
  target: {
    resolve: ({ params: { id } }, { deps }) => deps.access.keys.byId(id),
    label: (key, { params: { id } }) => (key ? `${key.name} (${id})` : id),
  },
  apply: async ({ params: { id } }, { deps: { mcpGateway } }) => ({ ended: mcpGateway.endSessions(id) }),
});

const stopCall = action({
  ...manage,
  name: "mcp-gateway:stop-call",
  method: "POST",
  path: "/mcp-gateway/calls/:id/stop",
  title: "Stop a running call",
  description: "The server is told to cancel it, and the client gets an error.",
  params,
  target: {
    resolve: ({ params: { id } }, { deps }) => {
      const call = deps.mcpGateway.calls.find(id);
      if (!call) throw new AppError("not_found", messages.noSuchCall);
      return call;
    },
    label: ({ target, keyName }) => `${target} of ${keyName}`.slice(0, MAX_DETAIL),
  },
  apply: async ({ params: { id } }, { deps: { mcpGateway } }) => {
    mcpGateway.calls.stop(id);
    return {};
  },
});

export const mcpGatewayActions = [change, changeServer, changeClient, endSessions, stopCall] as const;
