import type { z } from "zod";
import type { importMcpCalls, saveMcpCall } from "../../../../../shared/protocol/mcp-workbench.ts";
import { answer, limitRequest, part, routes } from "../../../lib/api/request.ts";

export type SavedCallInput = z.input<typeof saveMcpCall>;

/** A saved call may take as long as the API waits for a response of the server, 55 s. */
const CHECK_MS = 70_000;

const calls = () => routes().mcp[":id"]["saved-calls"];
const at = (id: string) => ({ param: { id: part(id) } });
const of = (id: string, call: string) => ({ param: { id: part(id), call: part(call) } });

/** Requests about saved calls. Loaded with their tab. */
export const savedCallsApi = {
  list: async (id: string) => (await answer(calls().$get(at(id)))).calls,
  save: async (id: string, json: SavedCallInput) => (await answer(calls().$post({ ...at(id), json }))).call,
  change: async (id: string, call: string, json: SavedCallInput) =>
    (await answer(calls()[":call"].$put({ ...of(id, call), json }))).call,
  remove: async (id: string, call: string) => (await answer(calls()[":call"].$delete(of(id, call)))).call,
  import: async (id: string, json: z.input<typeof importMcpCalls>) =>
    (await answer(calls().import.$post({ ...at(id), json }))).calls,
  check: async (id: string, call: string) => {
    const { signal } = new AbortController();
    limitRequest(signal, CHECK_MS);
    return (await answer(calls()[":call"].check.$post(of(id, call), { init: { signal } }))).check;
  },
  checkAll: async (id: string) => (await answer(calls().check.$post(at(id)))).job,
};

export const savedCallsKey = (id: string) => ["mcp", id, "saved-calls"] as const;
