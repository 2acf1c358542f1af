import type { z } from "zod";
import type {
  ChangeGateway,
  ChangeGatewayClient,
  changeGatewayServer,
} from "../../../../../shared/protocol/mcp-gateway.ts";
import { answer, part, routes } from "../../../lib/api/request.ts";

const gateway = () => routes()["mcp-gateway"];
const at = (id: string) => ({ param: { id: part(id) } });

/** Requests about the MCP gateway. Loaded with its page. */
export const gatewayApi = {
  get: async () => (await answer(gateway().$get())).gateway,
  items: async () => (await answer(gateway().items.$get())).items,
  calls: async () => (await answer(gateway().calls.$get())).calls,
  change: async (json: ChangeGateway) => (await answer(gateway().$put({ json }))).gateway,
  changeServer: async (id: string, json: z.input<typeof changeGatewayServer>) =>
    (await answer(gateway().servers[":id"].$put({ ...at(id), json }))).gateway,
  changeClient: async (id: string, json: ChangeGatewayClient) =>
    (await answer(gateway().clients[":id"].$put({ ...at(id), json }))).gateway,
  endSessions: (id: string) => answer(gateway().clients[":id"].sessions.$delete(at(id))),
  stopCall: (id: string) => answer(gateway().calls[":id"].stop.$post(at(id))),
};

export const gatewayKeys = {
  gateway: ["mcp-gateway"],
  items: ["mcp-gateway", "items"],
  calls: ["mcp-gateway", "calls"],
} as const;
