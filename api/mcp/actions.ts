import { z } from "zod";
import {
  callMcpTool,
  changeMcpServer,
  createMcpServer,
  mcpResultSchema,
  mcpServerSchema,
  mcpSupervisionBody,
} from "../../shared/protocol/mcp.ts";
import { mcpImportBody, mcpImportedSchema } from "../../shared/protocol/mcp-import.ts";
import { action } from "../actions/action.ts";
import { mcpAppActions } from "./apps/actions.ts";
import { importFile } from "./import/import-file.ts";
import { mcpSignInActions } from "./sign-in/actions.ts";
import { MAX_LABEL, mcpParams, nameAndId, registeredServer } from "./targets.ts";
import { visibleTo } from "./visible.ts";
import { mcpWorkbenchActions } from "./workbench/actions.ts";

const FRESH = "Needs a fresh proof: see `POST /api/session/proof`. An API key needs the scope `mcp:manage` itself.";

const result = { server: mcpServerSchema };

/** For the audit trail: never arguments, queries or headers, which may be secrets. */
const summaryOf = (transport: { type: "stdio"; command: string } | { type: "http"; url: string }): string =>
  (transport.type === "stdio" ? `runs ${transport.command}` : `asks ${new URL(transport.url).origin}`).slice(0, 200);

const respond = { tag: "MCP", mode: "respond" } as const;
const manage = { ...respond, permission: "mcp:manage" } as const;
const control = { ...respond, permission: "mcp:control", params: mcpParams } as const;

// Step-up: registering and changing say what program this host runs, or where secrets are sent.
const createServer = action({
  ...manage,
  name: "mcp:create",
  method: "POST",
  path: "/mcp",
  title: "Register a server",
  description: FRESH,
  stepUp: "scoped-keys",
  body: createMcpServer,
  status: 201,
  result,
  target: { resolve: () => undefined, label: (_subject, { body }) => body.name },
  detail: ({ body }) => summaryOf(body.transport),
  apply: async ({ body }, { deps, nameTarget }) => {
    const server = deps.mcp.create(body);
    nameTarget(nameAndId(server));
    return { server };
  },
});

const importServers = action({
  ...manage,
  name: "mcp:import",
  method: "POST",
  path: "/mcp/import",
  title: "Register the servers of a file",
  description: `Takes the forms of \`.mcp.json\`, Claude, Cursor and VS Code. Entries that are refused do not keep the others from it. ${FRESH}`,
  stepUp: "scoped-keys",
  body: mcpImportBody,
  result: { servers: z.array(mcpImportedSchema) },
  target: { resolve: () => undefined, label: () => "a file of servers" },
  apply: async ({ body }, { deps, nameTarget }) => {
    const servers = await importFile(deps.mcp, body);
    const taken = servers.filter(({ action: done }) => done === "add" || done === "change").map(({ name }) => name);
    nameTarget((taken.join(", ") || "nothing").slice(0, MAX_LABEL));
    return { servers };
  },
});

const changeServer = action({
  ...manage,
  name: "mcp:change",
  method: "PUT",
  path: "/mcp/:id",
  title: "Change a server",
  description: `A value of \`null\` keeps the stored one. ${FRESH}`,
  stepUp: "scoped-keys",
  params: mcpParams,
  body: changeMcpServer,
  result,
  target: {
    resolve: () => undefined,
    label: (_subject, { params: { id }, body: { name } }) => nameAndId({ name, id }),
  },
  detail: ({ body }) => summaryOf(body.transport),
  apply: async ({ params: { id }, body }, { deps }) => ({ server: await deps.mcp.change(id, body) }),
});

const removeServer = action({
  ...manage,
  name: "mcp:remove",
  method: "DELETE",
  path: "/mcp/:id",
  title: "Stop and forget a server",
  params: mcpParams,
  target: registeredServer,
  apply: async (_input, { subject, deps }) => {
    await deps.mcp.remove(subject.id);
    return {};
  },
});

const startServer = action({
  ...control,
  name: "mcp:start",
  method: "POST",
  path: "/mcp/:id/start",
  title: "Start a server and wait until it is ready",
  result,
  target: registeredServer,
  apply: async (_input, { subject, deps, principal }) => ({
    server: visibleTo(principal, await deps.mcp.start(subject.id)),
  }),
});

const stopServer = action({
  ...control,
  name: "mcp:stop",
  method: "POST",
  path: "/mcp/:id/stop",
  title: "Stop a server with all its processes",
  result,
  target: registeredServer,
  apply: async (_input, { subject, deps, principal }) => ({
    server: visibleTo(principal, await deps.mcp.stop(subject.id)),
  }),
});

const restartServer = action({
  ...control,
  name: "mcp:restart",
  method: "POST",
  path: "/mcp/:id/restart",
  title: "Stop a server with all its processes and start it again",
  result,
  target: registeredServer,
  apply: async (_input, { subject, deps, principal }) => ({
    server: visibleTo(principal, await deps.mcp.restart(subject.id)),
  }),
});

const superviseServer = action({
  ...manage,
  name: "mcp:supervise",
  method: "PATCH",
  path: "/mcp/:id/supervision",
  title: "Change when a server starts and ends by itself",
  params: mcpParams,
  body: mcpSupervisionBody,
  result,
  target: registeredServer,
  detail: ({ body }) =>
    Object.entries(body)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
  apply: async ({ body }, { subject, deps }) => ({ server: deps.mcp.supervise(subject.id, body) }),
});

const updateServer = action({
  tag: "MCP",
  mode: "enqueue",
  permission: "mcp:manage",
  name: "mcp:update",
  method: "POST",
  path: "/mcp/:id/update",
  title: "Install the newest version of a program of npx or uvx, and restart the server with it",
  params: mcpParams,
  target: registeredServer,
  locks: ({ id }) => ({ exclusive: [`mcp:${id}`] }),
  apply: async (_input, { subject, deps, job }) => ({
    server: await deps.mcp.update(subject.id, { signal: job.signal, onLine: (line) => job.line(line) }),
  }),
});

const callTool = action({
  ...control,
  name: "mcp:call-tool",
  method: "POST",
  path: "/mcp/:id/tools/call",
  title: "Call a tool",
  body: callMcpTool,
  endsWithCaller: true,
  result: { result: mcpResultSchema },
  target: {
    resolve: ({ params: { id } }, { deps }) => deps.mcp.get(id),
    // Never the arguments, which may be secrets.
    label: (server, { body: { name } }) => `${name} of ${nameAndId(server)}`.slice(0, MAX_LABEL),
  },
  apply: async ({ params: { id }, body }, { deps, caller, job: { signal } }) => {
    const { name, arguments: args, progressId, timeoutMs } = body;
    return { result: await deps.mcp.callTool(id, name, args, { signal, progressId, caller, timeoutMs }) };
  },
});

export const mcpActions = [
  createServer,
  importServers,
  changeServer,
  removeServer,
  startServer,
  stopServer,
  restartServer,
  superviseServer,
  updateServer,
  callTool,
  ...mcpSignInActions,
  ...mcpWorkbenchActions,
  ...mcpAppActions,
] as const;
