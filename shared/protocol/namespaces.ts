import type { DeploymentsClientToServer, DeploymentsServerToClient } from "./events/deployments.ts";
import type { FilesClientToServer, FilesServerToClient } from "./events/files.ts";
import type { McpClientToServer, McpServerToClient } from "./events/mcp.ts";
import type { ServicesClientToServer, ServicesServerToClient } from "./events/services.ts";
import type { SystemClientToServer, SystemServerToClient } from "./events/system.ts";
import { type NamespaceName, namespaceNames } from "./namespace-names.ts";

export { type NamespaceName, namespaceNames };

export interface NamespaceEvents {
  services: { client: ServicesClientToServer; server: ServicesServerToClient };
  deployments: { client: DeploymentsClientToServer; server: DeploymentsServerToClient };
  system: { client: SystemClientToServer; server: SystemServerToClient };
  mcp: { client: McpClientToServer; server: McpServerToClient };
  files: { client: FilesClientToServer; server: FilesServerToClient };
}

const namespaceOf: ReadonlyMap<unknown, NamespaceName> = new Map(
  namespaceNames.flatMap((name) => [
    [name, name],
    [`/${name}`, name],
  ]),
);

/** Accepts `services` and `/services`; anything else is undefined. */
export const toNamespaceName = (value: unknown): NamespaceName | undefined => namespaceOf.get(value);
