import { may, type Principal } from "../../../shared/protocol/access.ts";

/** Whether a caller may use the gateway: an API key that names `mcp:call` as a scope. A key with all scopes may not. */
export const mayUseGateway = (principal: Principal): boolean =>
  principal.kind === "key" && principal.scopes?.includes("mcp:call") === true && may(principal, "mcp:call");
