import type { z } from "zod";
import type { changeMcpServer, createMcpServer, McpSupervisionChange } from "../../../../shared/protocol/mcp.ts";
import type { McpImportInput } from "../../../../shared/protocol/mcp-import.ts";
import type {
  answerMcpRequest,
  completeMcpArgument,
  McpLogLevel,
  McpRoot,
  readMcpResource,
  sendMcpRequest,
} from "../../../../shared/protocol/mcp-workbench.ts";
import { answer, limitRequest, part, routes } from "./request.ts";

export type McpServerInput = z.input<typeof createMcpServer>;
export type McpServerChange = z.input<typeof changeMcpServer>;

const at = (id: string) => ({ param: { id: part(id) } });
const one = () => routes().mcp[":id"];

export const mcp = {
  list: () => answer(routes().mcp.$get()),
  get: async (id: string) => (await answer(one().$get(at(id)))).server,
  create: async (json: McpServerInput) => (await answer(routes().mcp.$post({ json }))).server,
  update: async (id: string, json: McpServerChange) => (await answer(one().$put({ ...at(id), json }))).server,
  remove: (id: string) => answer(one().$delete(at(id))),
  start: async (id: string) => (await answer(one().start.$post(at(id)))).server,
  signIn: async (id: string) => (await answer(one()["sign-in"].$post(at(id)))).signIn,
  signOut: async (id: string) => (await answer(one()["sign-in"].$delete(at(id)))).server,
  stop: async (id: string) => (await answer(one().stop.$post(at(id)))).server,
  previewImport: async (content: string) =>
    (await answer(routes().mcp.import.preview.$post({ json: { content } }))).preview,
  import: async (json: McpImportInput) => (await answer(routes().mcp.import.$post({ json }))).servers,
  snippets: async (id: string) => (await answer(one().snippets.$get(at(id)))).snippets,
  restart: async (id: string) => (await answer(one().restart.$post(at(id)))).server,
  supervise: async (id: string, json: McpSupervisionChange) =>
    (await answer(one().supervision.$patch({ ...at(id), json }))).server,
  updateProgram: async (id: string) => (await answer(one().update.$post(at(id)))).job,
  tools: async (id: string) => (await answer(one().tools.$get(at(id)))).tools,
  callTool: async (
    id: string,
    name: string,
    args: Record<string, unknown>,
    signal?: AbortSignal,
    progressId?: string,
    timeoutMs?: number,
  ): Promise<unknown> => {
    const json = { name, arguments: args, progressId, timeoutMs };
    const ended = signal ?? new AbortController().signal;
    // The API ends the call; its answer arrives a little later.
    if (timeoutMs !== undefined) limitRequest(ended, timeoutMs + 5_000);
    return (await answer(one().tools.call.$post({ ...at(id), json }, { init: { signal: ended } }))).result;
  },
  log: async (id: string) => (await answer(one().log.$get(at(id)))).entries,
  about: (id: string) => answer(one().about.$get(at(id))),
  changes: async (id: string) => (await answer(one().changes.$get(at(id)))).changes,
  resources: (id: string, cursor?: string) => answer(one().resources.$get({ ...at(id), query: { cursor } })),
  resourceTemplates: (id: string, cursor?: string) =>
    answer(one()["resource-templates"].$get({ ...at(id), query: { cursor } })),
  prompts: (id: string, cursor?: string) => answer(one().prompts.$get({ ...at(id), query: { cursor } })),
  readResource: (id: string, json: z.input<typeof readMcpResource>) =>
    answer(one().resources.read.$post({ ...at(id), json })),
  getPrompt: async (id: string, name: string, args: Record<string, string>) =>
    (await answer(one().prompts.get.$post({ ...at(id), json: { name, arguments: args } }))).result,
  complete: async (id: string, query: z.input<typeof completeMcpArgument>, signal?: AbortSignal) =>
    (await answer(one().completion.$get({ ...at(id), query }, { init: { signal } }))).completion,
  subscribe: (id: string, uri: string) => answer(one().subscriptions.$post({ ...at(id), json: { uri } })),
  unsubscribe: (id: string, uri: string) => answer(one().subscriptions.$delete({ ...at(id), query: { uri } })),
  requests: async (id: string) => (await answer(one().requests.$get(at(id)))).requests,
  answerRequest: (id: string, request: string, json: z.input<typeof answerMcpRequest>) =>
    answer(one().requests[":request"].answer.$post({ param: { id: part(id), request: part(request) }, json })),
  roots: async (id: string) => (await answer(one().roots.$get(at(id)))).roots,
  setRoots: async (id: string, roots: McpRoot[]) =>
    (await answer(one().roots.$put({ ...at(id), json: { roots } }))).roots,
  setLogLevel: (id: string, level: McpLogLevel) => answer(one()["log-level"].$put({ ...at(id), json: { level } })),
  wire: async (id: string, after: number) =>
    (await answer(one().wire.$get({ ...at(id), query: { after: String(after) } }))).entries,
  diagnose: async (id: string) => {
    const { signal } = new AbortController();
    limitRequest(signal, 120_000);
    return (await answer(one().diagnose.$post(at(id), { init: { signal } }))).steps;
  },
  clearWire: (id: string) => answer(one().wire.$delete(at(id))),
  send: async (id: string, json: z.input<typeof sendMcpRequest>, signal?: AbortSignal) =>
    (await answer(one().send.$post({ ...at(id), json }, { init: { signal } }))).result,
};
