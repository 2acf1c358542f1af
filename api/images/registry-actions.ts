import { z } from "zod";
import { addRegistryRequest, registrySchema } from "../../shared/protocol/registry.ts";
import { action } from "../actions/action.ts";
import { hostTarget } from "../actions/host-target.ts";
import { addressOf } from "./registries.ts";

const tag = "Registries";

const addRegistry = action({
  name: "registry:login",
  method: "POST",
  path: "/registries",
  title: "Log in to a registry",
  tag,
  description: "The Engine tries the log-in first. It replaces an earlier one of the same host.",
  permission: "docker:manage",
  hostScope: true,
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
  name: "registry:logout",
  method: "DELETE",
  path: "/registries/:id",
  title: "Remove the log-in of a registry",
  tag,
  permission: "docker:manage",
  hostScope: true,
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
