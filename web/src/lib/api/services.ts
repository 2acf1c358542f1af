import type { Service, ServiceAction, ServiceDetail } from "../../../../shared/protocol/service.ts";
import type { DependencyState } from "../../../../shared/protocol/system.ts";
import { request } from "./request.ts";

const at = (id: string) => `/services/${encodeURIComponent(id)}`;

export const services = {
  list: (signal?: AbortSignal) =>
    request<{ services: Service[]; engine: DependencyState }>("GET", "/services", signal ? { signal } : {}),
  get: async (id: string) => (await request<{ service: ServiceDetail }>("GET", at(id))).service,
  act: async (id: string, action: ServiceAction) =>
    (await request<{ service: ServiceDetail }>("POST", `${at(id)}/${action}`)).service,
  remove: (id: string, query: { force?: boolean; volumes?: boolean } = {}) => request("DELETE", at(id), { query }),
};
