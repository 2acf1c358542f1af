import { z } from "zod";
import { opaqueId } from "../../shared/protocol/identifier.ts";
import type { McpServer } from "../../shared/protocol/mcp.ts";
import type { ActionTarget } from "../actions/action.ts";

export const mcpParams = z.object({ id: opaqueId.describe("Id of a registered server.") });
export interface McpRequestParams {
  params: { id: string };
}

/** Longest name of a server or tool in the audit trail, in characters. */
export const MAX_LABEL = 300;

export const nameAndId = ({ name, id }: { name: string; id: string }) => `${name} (${id})`.slice(0, MAX_LABEL);

export const registeredServer: ActionTarget<McpRequestParams, McpServer> = {
  resolve: ({ params: { id } }, { deps }) => deps.mcp.get(id),
  label: nameAndId,
};

/** A part of a server, by its label in the audit trail. Never arguments or results, which may be secrets. */
export const partOf = <Input extends McpRequestParams>(part: (input: Input) => string) => ({
  resolve: registeredServer.resolve,
  label: (server: McpServer, input: Input) => `${part(input)} of ${nameAndId(server)}`.slice(0, MAX_LABEL),
});
