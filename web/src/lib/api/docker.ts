import type { PruneItem } from "../../../../shared/protocol/disk.ts";
import { answer, part, routes } from "./request.ts";

const image = (id: string) => ({ param: { id: part(id) } });
const volume = (name: string) => ({ param: { name: part(name) } });
const network = image;

export const images = {
  list: async () => (await answer(routes().images.$get())).images,
  get: async (id: string) => (await answer(routes().images[":id"].$get(image(id)))).image,
  pull: async (reference: string) => (await answer(routes().images.pull.$post({ json: { reference } }))).job,
  tag: (id: string, reference: string) =>
    answer(routes().images[":id"].tag.$post({ ...image(id), json: { reference } })),
  /** With a reference only that name goes. */
  remove: (id: string, { reference, force = false }: { reference?: string; force?: boolean } = {}) =>
    answer(routes().images[":id"].$delete({ ...image(id), query: { reference, force: String(force) } })),
};

export const volumes = {
  list: async () => (await answer(routes().volumes.$get())).volumes,
  get: async (name: string) => (await answer(routes().volumes[":name"].$get(volume(name)))).volume,
  create: async (name: string) => (await answer(routes().volumes.$post({ json: { name } }))).volume,
  remove: (name: string) => answer(routes().volumes[":name"].$delete(volume(name))),
};

export interface NewNetwork {
  name: string;
  internal: boolean;
  subnet?: string;
  gateway?: string;
}

export const networks = {
  list: async () => (await answer(routes().networks.$get())).networks,
  get: async (id: string) => (await answer(routes().networks[":id"].$get(network(id)))).network,
  create: async (wanted: NewNetwork) => (await answer(routes().networks.$post({ json: wanted }))).network,
  remove: (id: string) => answer(routes().networks[":id"].$delete(network(id))),
  connect: (id: string, container: string, aliases: string[]) =>
    answer(routes().networks[":id"].connect.$post({ ...network(id), json: { container, aliases } })),
  disconnect: (id: string, container: string) =>
    answer(routes().networks[":id"].disconnect.$post({ ...network(id), json: { container } })),
};

export const disk = {
  usage: async () => (await answer(routes().disk.$get())).usage,
  preview: async () => (await answer(routes().disk.prune.$get())).preview,
  prune: async (preview: string, chosen: readonly PruneItem[]) => {
    const items = chosen.map(({ kind, id }) => ({ kind, id }));
    return (await answer(routes().disk.prune.$post({ json: { preview, items } }))).job;
  },
};

export const registries = {
  list: async () => (await answer(routes().registries.$get())).registries,
  add: async (login: { host: string; username: string; password: string }) =>
    (await answer(routes().registries.$post({ json: login }))).registry,
  remove: (id: string) => answer(routes().registries[":id"].$delete(image(id))),
};

export const updates = {
  list: () => answer(routes().updates.$get()),
  /** Of one service, or of all. */
  check: async (service?: string) => (await answer(routes().updates.check.$post({ json: { service } }))).job,
  update: async (service: string) => (await answer(routes().services[":id"].update.$post(image(service)))).job,
  goBack: async (service: string) => (await answer(routes().services[":id"]["go-back"].$post(image(service)))).job,
};
