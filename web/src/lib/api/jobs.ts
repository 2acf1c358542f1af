import { answer, part, routes } from "./request.ts";

const at = (id: string) => ({ param: { id: part(id) } });
const one = () => routes().jobs[":id"];

export const jobs = {
  /** Of the last hour, newest first. */
  list: async () => (await answer(routes().jobs.$get())).jobs,
  get: async (id: string) => (await answer(one().$get(at(id)))).job,
  /** Asks a running job to stop; it is over once its work has. */
  cancel: async (id: string) => (await answer(one().$delete(at(id)))).job,
};
