import { z } from "zod";
import { addRegistryRequest, registrySchema } from "../../shared/protocol/registry.ts";
import { action } from "../actions/action.ts";
import { dockerHostRights, hostTarget } from "../actions/host-target.ts";
import { addressOf } from "./registries.ts";

const manage = { ...dockerHostRights, tag: "Registries" } as const;

const addRegistry = action({
  ...manage,
  name: "registry:login",
  method: "POST",
  path: "/registries",
  title: "Log in to a registry",
  description: "The Engine tries the log-in first. It replaces an earlier one of the same host.",
  body: addRegistryRequest,
  mode: "respond",
  status: 201,
  result: { registry: registrySchema },
  target: hostTarget(({ body }: { body: { host: string } }) => body.host),
  apply: async ({ body }, { deps, reauthorize }) => {
    const { host, username, password } = body;
    await deps.docker.images.checkLogin({ username, password, serveraddress: addressOf(host) });
    reauthorize();
    return { registry: deps.registries.add(body) };
  },
});

const removeRegistry = action({
  ...manage,
  name: "registry:logout",
  method: "DELETE",
  path: "/registries/:id",
  title: "Remove the log-in of a registry",
  params: z.object({ id: z.uuid() }),
  mode: "respond",
  target: {
    resolve: ({ params: { id } }, { deps }) => deps.registries.find(id),
    label: ({ host }) => host,
  },
  apply: async (_input, { subject, deps }) => {
    deps.registries.remove(subject.id);
    return {};
  },
});

export const registryActions = [addRegistry, removeRegistry] as const;
