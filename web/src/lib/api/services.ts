import type { ServiceAction } from "../../../../shared/protocol/service.ts";
import { answer, part, routes } from "./request.ts";

const at = (id: string) => ({ param: { id: part(id) } });
const one = () => routes().services[":id"];

export const services = {
  list: (signal?: AbortSignal) => answer(routes().services.$get({}, { init: { signal } })),
  get: async (id: string) => (await answer(one().$get(at(id)))).service,
  act: async (id: string, action: ServiceAction) => (await answer(one()[action].$post(at(id)))).service,
  remove: (id: string, { force = false, volumes = false }: { force?: boolean; volumes?: boolean } = {}) =>
    answer(one().$delete({ ...at(id), query: { force: String(force), volumes: String(volumes) } })),
};
