import { z } from "zod";
import { opaqueId } from "../../../shared/protocol/identifier.ts";
import { mcpResultSchema } from "../../../shared/protocol/mcp.ts";
import { CALL_TIMEOUT_MS, mcpLogLevels } from "../../../shared/protocol/mcp-limits.ts";
import {
  answerMcpRequest,
  getMcpPrompt,
  mcpDiagnosisStepSchema,
  mcpLogLevelBody,
  mcpRootSchema,
  mcpRootsBody,
  mcpSubscription,
  readMcpResource,
  sendMcpRequest,
} from "../../../shared/protocol/mcp-workbench.ts";
import { action } from "../../actions/action.ts";
import { MAX_LABEL, type McpRequestParams, mcpParams, nameAndId, partOf, registeredServer } from "../targets.ts";
import { getPrompt, readResource } from "./operations.ts";
import { savedCallActions } from "./saved-call-actions.ts";

const control = { tag: "MCP", mode: "respond", permission: "mcp:control", params: mcpParams } as const;
const RESULT = "The result is as the server sent it; it is not checked.";

const read = action({
  ...control,
  name: "mcp:read-resource",
  method: "POST",
  path: "/mcp/:id/resources/read",
  title: "Read a resource",
  description: `By its URI, or by a URI template with values. ${RESULT}`,
  body: readMcpResource,
  endsWithCaller: true,
  result: { uri: z.string(), result: mcpResultSchema },
  target: partOf(({ body }: { body: z.output<typeof readMcpResource> } & McpRequestParams) =>
    "uri" in body ? body.uri : body.uriTemplate,
  ),
  apply: ({ params: { id }, body }, { deps: { mcp }, caller, job: { signal } }) =>
    mcp.use(id, (connection) => readResource(connection, body, signal), { caller, signal }),
});

const prompt = action({
  ...control,
  name: "mcp:get-prompt",
  method: "POST",
  path: "/mcp/:id/prompts/get",
  title: "Get the messages of a prompt",
  description: RESULT,
  body: getMcpPrompt,
  endsWithCaller: true,
  result: { result: mcpResultSchema },
  target: partOf(({ body }: { body: { name: string } } & McpRequestParams) => body.name),
  apply: async ({ params: { id }, body }, { deps: { mcp }, caller, job: { signal } }) => ({
    result: await mcp.use(id, (connection) => getPrompt(connection, body, signal), { caller, signal }),
  }),
});

const send = action({
  ...control,
  name: "mcp:send",
  method: "POST",
  path: "/mcp/:id/send",
  title: "Send any request of the protocol",
  description: RESULT,
  body: sendMcpRequest,
  endsWithCaller: true,
  result: { result: mcpResultSchema },
  target: partOf(({ body }: { body: { method: string } } & McpRequestParams) => body.method),
  apply: async ({ params: { id }, body }, { deps: { mcp }, caller, job: { signal } }) => {
    const { method, params, timeoutMs: limitMs = CALL_TIMEOUT_MS.default } = body;
    const limits = { limitMs, signal };
    const result = await mcp.use(id, (connection) => connection.request(method, params, limits), { caller, signal });
    return { result };
  },
});

const subscribe = action({
  ...control,
  name: "mcp:subscribe",
  method: "POST",
  path: "/mcp/:id/subscriptions",
  title: "Follow the changes of a resource",
  description: "Its changes are sent as `resource:updated` to the room of the server, until it is stopped.",
  body: mcpSubscription,
  target: partOf(({ body }: { body: { uri: string } } & McpRequestParams) => body.uri),
  apply: async ({ params: { id }, body }, { deps }) => {
    await deps.mcp.use(id, (connection) => connection.subscribe(body.uri));
    return {};
  },
});

const unsubscribe = action({
  ...control,
  name: "mcp:unsubscribe",
  method: "DELETE",
  path: "/mcp/:id/subscriptions",
  title: "Stop following a resource",
  query: mcpSubscription,
  target: partOf(({ query }: { query: { uri: string } } & McpRequestParams) => query.uri),
  apply: async ({ params: { id }, query }, { deps }) => {
    await deps.mcp.use(id, (connection) => connection.unsubscribe(query.uri));
    return {};
  },
});

const roots = action({
  ...control,
  name: "mcp:set-roots",
  method: "PUT",
  path: "/mcp/:id/roots",
  title: "Change the roots that a server is given",
  description: "A running server is told at once.",
  permission: "mcp:manage",
  body: mcpRootsBody,
  result: { roots: z.array(mcpRootSchema) },
  target: registeredServer,
  apply: async ({ params: { id }, body }, { subject, deps: { mcp } }) => {
    mcp.workbench.setRoots(id, body.roots);
    if (subject.status === "running") await mcp.use(id, (connection) => connection.rootsChanged());
    return { roots: mcp.workbench.roots(id) };
  },
});

const logLevel = action({
  ...control,
  name: "mcp:set-log-level",
  method: "PUT",
  path: "/mcp/:id/log-level",
  title: "Change the level of the messages that a server logs",
  description: "Counts until the API restarts.",
  body: mcpLogLevelBody,
  result: { level: z.enum(mcpLogLevels) },
  target: registeredServer,
  apply: async ({ params: { id }, body: { level } }, { subject, deps: { mcp } }) => {
    mcp.workbench.setLogLevel(id, level);
    if (subject.status === "running") await mcp.use(id, (connection) => connection.setLogLevel(level));
    return { level };
  },
});

const answer = action({
  ...control,
  name: "mcp:answer-request",
  method: "POST",
  path: "/mcp/:id/requests/:request/answer",
  title: "Answer or refuse a request of a server",
  description:
    "`result` is that of the protocol: for `sampling/createMessage` a message with `role`, `content` and `model`, for `elicitation/create` an `action` with `content`.",
  params: mcpParams.extend({ request: opaqueId }),
  body: answerMcpRequest,
  target: {
    resolve: registeredServer.resolve,
    label: (server, { params, body }) => {
      const { action: verb } = body;
      return `${verb === "refuse" ? "refusal" : "answer"} to ${params.request} of ${nameAndId(server)}`.slice(
        0,
        MAX_LABEL,
      );
    },
  },
  apply: async ({ params: { id, request }, body }, { deps }) => {
    deps.mcp.workbench.requests(id).answer(request, body);
    return {};
  },
});

const clearWire = action({
  ...control,
  name: "mcp:clear-wire",
  method: "DELETE",
  path: "/mcp/:id/wire",
  title: "Forget the recorded messages of a server",
  target: registeredServer,
  apply: async ({ params: { id } }, { deps }) => {
    deps.mcp.workbench.wire(id).clear();
    return {};
  },
});

const diagnosis = action({
  ...control,
  name: "mcp:diagnose",
  method: "POST",
  path: "/mcp/:id/diagnose",
  title: "Examine the way to a server",
  description:
    "Each step with its time and what to do: the settings, DNS, TCP, TLS, HTTP, log-in, handshake, revision and capabilities; for a program its path and its start. A server that does not run is started for it, and stopped again unless it should run.",
  permission: "mcp:manage",
  endsWithCaller: true,
  concurrency: { total: 10, perCaller: 2, message: "Too many servers are being examined." },
  result: { steps: z.array(mcpDiagnosisStepSchema) },
  target: registeredServer,
  apply: async ({ params: { id } }, { deps, job: { signal } }) => ({ steps: await deps.mcp.diagnose(id, signal) }),
});

export const mcpWorkbenchActions = [
  read,
  prompt,
  send,
  subscribe,
  unsubscribe,
  roots,
  logLevel,
  answer,
  diagnosis,
  clearWire,
  ...savedCallActions,
] as const;
