import { z } from "zod";
import { createVolumeRequest, volumeDetailSchema, volumeName } from "../../shared/protocol/volume.ts";
import { action } from "../actions/action.ts";
import { hostTarget } from "../actions/host-target.ts";

const tag = "Volumes";

const createVolume = action({
  name: "volume:create",
  method: "POST",
  path: "/volumes",
  title: "Create a volume",
  tag,
  permission: "docker:manage",
  hostScope: true,
  body: createVolumeRequest,
  idempotent: true,
  mode: "respond",
  status: 201,
  result: { volume: volumeDetailSchema },
  target: hostTarget(({ body }: { body: { name: string } }) => body.name),
  apply: async ({ body }, { deps }) => ({ volume: await deps.docker.volumes.create(body) }),
});

const removeVolume = action({
  name: "volume:remove",
  method: "DELETE",
  path: "/volumes/:name",
  title: "Remove a volume and its content",
  tag,
  permission: "docker:manage",
  hostScope: true,
  params: z.object({ name: volumeName }),
  mode: "respond",
  target: hostTarget(({ params }: { params: { name: string } }) => params.name),
  apply: async ({ params }, { deps }) => {
    await deps.docker.volumes.remove(params.name);
    return {};
  },
});

export const volumeActions = [createVolume, removeVolume] as const;
