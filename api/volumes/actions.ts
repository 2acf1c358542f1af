import { z } from "zod";
import { createVolumeRequest, volumeDetailSchema, volumeName } from "../../shared/protocol/volume.ts";
import { action } from "../actions/action.ts";
import { dockerHostRights, hostTarget } from "../actions/host-target.ts";

const manage = { ...dockerHostRights, tag: "Volumes" } as const;

const createVolume = action({
  ...manage,
  name: "volume:create",
  method: "POST",
  path: "/volumes",
  title: "Create a volume",
  body: createVolumeRequest,
  idempotent: true,
  mode: "respond",
  status: 201,
  result: { volume: volumeDetailSchema },
  target: hostTarget(({ body }: { body: { name: string } }) => body.name),
  apply: async ({ body }, { deps }) => ({ volume: await deps.docker.volumes.create(body) }),
});

const removeVolume = action({
  ...manage,
  name: "volume:remove",
  method: "DELETE",
  path: "/volumes/:name",
  title: "Remove a volume and its content",
  params: z.object({ name: volumeName }),
  mode: "respond",
  target: hostTarget(({ params }: { params: { name: string } }) => params.name),
  apply: async ({ params }, { deps }) => {
    await deps.docker.volumes.remove(params.name);
    return {};
  },
});

export const volumeActions = [createVolume, removeVolume] as const;
