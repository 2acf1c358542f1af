import { z } from "zod";
import { opaqueId } from "../../../shared/protocol/identifier.ts";
import {
  importMcpCalls,
  mcpCheckSchema,
  mcpSavedCallSchema,
  saveMcpCall,
} from "../../../shared/protocol/mcp-workbench.ts";
import { action } from "../../actions/action.ts";
import { type McpRequestParams, mcpParams, nameAndId, partOf, registeredServer } from "../targets.ts";

const control = { tag: "MCP", permission: "mcp:control", params: mcpParams } as const;
const oneCall = { ...control, params: mcpParams.extend({ call: opaqueId }) } as const;
const result = { call: mcpSavedCallSchema };
const named = partOf(({ body }: { body: { name: string } } & McpRequestParams) => body.name);
const byId = partOf(({ params }: { params: { call: string } } & McpRequestParams) => `call ${params.call}`);

const saveCall = action({
  ...control,
  mode: "respond",
  name: "mcp:save-call",
  method: "POST",
  path: "/mcp/:id/saved-calls",
  title: "Save a call with assertions",
  body: saveMcpCall,
  status: 201,
  result,
  target: named,
  apply: async ({ params: { id }, body }, { deps }) => {
    const [call] = deps.mcp.workbench.calls.add(id, [body]);
    return { call: call as NonNullable<typeof call> };
  },
});

const importCalls = action({
  ...control,
  mode: "respond",
  name: "mcp:import-calls",
  method: "POST",
  path: "/mcp/:id/saved-calls/import",
  title: "Save several calls",
  description: "All of them or none, beside those that are saved already.",
  body: importMcpCalls,
  status: 201,
  result: { calls: z.array(mcpSavedCallSchema) },
  target: registeredServer,
  detail: ({ body: { calls } }) => `${calls.length} calls`,
  apply: async ({ params: { id }, body }, { deps }) => ({ calls: deps.mcp.workbench.calls.add(id, body.calls) }),
});

const changeCall = action({
  ...oneCall,
  mode: "respond",
  name: "mcp:change-call",
  method: "PUT",
  path: "/mcp/:id/saved-calls/:call",
  title: "Change a saved call",
  body: saveMcpCall,
  result,
  target: named,
  apply: async ({ params: { id, call }, body }, { deps }) => ({
    call: deps.mcp.workbench.calls.change(id, call, body),
  }),
});

const removeCall = action({
  ...oneCall,
  mode: "respond",
  name: "mcp:remove-call",
  method: "DELETE",
  path: "/mcp/:id/saved-calls/:call",
  title: "Remove a saved call",
  description: "Returns what was removed: it can be saved again.",
  result,
  target: byId,
  apply: async ({ params: { id, call } }, { deps }) => ({ call: deps.mcp.workbench.calls.remove(id, call) }),
});

const checkCall = action({
  ...oneCall,
  mode: "respond",
  name: "mcp:check-call",
  method: "POST",
  path: "/mcp/:id/saved-calls/:call/check",
  title: "Run a saved call and check its assertions",
  endsWithCaller: true,
  result: { check: mcpCheckSchema },
  target: byId,
  apply: async ({ params: { id, call } }, { deps: { mcp }, caller, job: { signal } }) => {
    const { calls } = mcp.workbench;
    return { check: await mcp.use(id, (to) => calls.check(id, call, to, signal), { caller, signal }) };
  },
});

const checkCalls = action({
  ...control,
  mode: "enqueue",
  name: "mcp:check-calls",
  method: "POST",
  path: "/mcp/:id/saved-calls/check",
  title: "Run all saved calls, one after the other, and check their assertions",
  description:
    "The result of the job has `passed` and `failed`, and `calls` with the name and outcome of each. What differs is in `lastCheck` of the list of saved calls.",
  target: {
    resolve: registeredServer.resolve,
    label: nameAndId,
  },
  locks: ({ id }) => ({ exclusive: [`mcp-checks:${id}`] }),
  apply: async (_input, { subject: { id }, deps: { mcp }, caller, job }) => {
    const { calls } = mcp.workbench;
    const done: { id: string; name: string; passed: boolean }[] = [];
    for (const { id: callId, name } of calls.list(id)) {
      const options = { caller, signal: job.signal };
      const { passed, durationMs, failures } = await mcp.use(
        id,
        (to) => calls.check(id, callId, to, job.signal),
        options,
      );
      done.push({ id: callId, name, passed });
      const outcome = passed ? "passed" : `${failures.length} of its assertions failed`;
      // Never the sentences of failures: they hold values of results, and output of jobs is stored.
      job.line(`${name}: ${outcome} (${Math.round(durationMs)} ms)`);
    }
    const failed = done.filter(({ passed }) => !passed).length;
    return { passed: done.length - failed, failed, calls: done };
  },
});

export const savedCallActions = [saveCall, importCalls, changeCall, removeCall, checkCall, checkCalls] as const;
