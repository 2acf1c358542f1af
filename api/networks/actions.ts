import { z } from "zod";
import type { ContainerIdentity } from "../../shared/docker/docker-host.ts";
import {
  connectRequest,
  createNetworkRequest,
  disconnectRequest,
  type NetworkDetail,
  networkDetailSchema,
  networkRef,
} from "../../shared/protocol/network.ts";
import { type ActionTarget, action } from "../actions/action.ts";
import { dockerHostRights, hostTarget } from "../actions/host-target.ts";

const manage = { ...dockerHostRights, tag: "Networks" } as const;
const params = z.object({ id: networkRef.describe("Full id or exact name of the network.") });
const result = { network: networkDetailSchema };

type Membership = { network: NetworkDetail; container: ContainerIdentity };

/** A container in a network. */
const membershipTarget: ActionTarget<{ params: { id: string }; body: { container: string } }, Membership> = {
  resolve: async ({ params, body }, { deps: { docker } }) => {
    const [network, container] = await Promise.all([
      docker.networks.detail(params.id),
      docker.identify(body.container),
    ]);
    return { network, container };
  },
  label: ({ network, container }) => `${network.name} ${container.name}`,
};

/** An action on a container in a network, which responds with the network afterwards. */
const membership = { ...manage, params, mode: "respond", result, target: membershipTarget } as const;

const createNetwork = action({
  ...manage,
  name: "network:create",
  method: "POST",
  path: "/networks",
  title: "Create a bridge network",
  body: createNetworkRequest,
  idempotent: true,
  mode: "respond",
  status: 201,
  result,
  target: hostTarget(({ body }: { body: { name: string } }) => body.name),
  apply: async ({ body }, { deps }) => ({ network: await deps.docker.networks.create(body) }),
});

const connectContainer = action({
  ...membership,
  name: "network:connect",
  method: "POST",
  path: "/networks/:id/connect",
  title: "Connect a container to a network",
  body: connectRequest,
  apply: async ({ body: { aliases } }, { subject: { network, container }, deps }) => {
    const { networks } = deps.docker;
    await networks.connect(network.id, container.id, { aliases });
    return { network: await networks.detail(network.id) };
  },
});

const disconnectContainer = action({
  ...membership,
  name: "network:disconnect",
  method: "POST",
  path: "/networks/:id/disconnect",
  title: "Disconnect a container from a network",
  body: disconnectRequest,
  apply: async ({ body: { force } }, { subject: { network, container }, deps }) => {
    const { networks } = deps.docker;
    await networks.disconnect(network.id, container.id, { force });
    return { network: await networks.detail(network.id) };
  },
});

const removeNetwork = action({
  ...manage,
  name: "network:remove",
  method: "DELETE",
  path: "/networks/:id",
  title: "Remove a network without containers",
  params,
  mode: "respond",
  target: {
    resolve: ({ params: { id } }, { deps }) => deps.docker.networks.detail(id),
    label: ({ name }) => name,
  },
  apply: async (_input, { subject, deps }) => {
    await deps.docker.networks.remove(subject.id);
    return {};
  },
});

export const networkActions = [createNetwork, connectContainer, disconnectContainer, removeNetwork] as const;
