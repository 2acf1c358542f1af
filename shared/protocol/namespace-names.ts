/** The five Socket.IO namespaces; there is no other, and the default one (`/`) is refused. */
export const namespaceNames = ["services", "deployments", "system", "mcp", "files"] as const;
export type NamespaceName = (typeof namespaceNames)[number];
