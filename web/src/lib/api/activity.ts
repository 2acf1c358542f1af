import type { ActivityState } from "../../../../shared/protocol/activity.ts";
import { answer, part, routes } from "./request.ts";

export interface ActivityFilter {
  actor?: string;
  action?: string;
  kind?: string;
  target?: string;
  state?: ActivityState;
  text?: string;
  since?: string;
}

const at = (id: string) => ({ param: { id: part(id) } });
const one = () => routes().activity[":id"];

export const activity = {
  /** A page of the actions that the caller may see, newest first. */
  list: ({ before, limit, ...filter }: ActivityFilter & { before?: number; limit: number }, signal?: AbortSignal) => {
    const query = { ...filter, limit: String(limit), before: before === undefined ? undefined : String(before) };
    return answer(routes().activity.$get({ query }, { init: { signal } }));
  },
  get: async (id: string) => (await answer(one().$get(at(id)))).entry,
  /** A part of the output. @param after What the part before it returned as `next`. */
  output: async (id: string, after?: number) => {
    const query = { after: after === undefined ? undefined : String(after) };
    return (await answer(one().output.$get({ ...at(id), query }))).output;
  },
  /** Takes the action back. Resolves with the job that does it. */
  undo: async (id: string) => (await answer(one().undo.$post(at(id)))).job,
};
