import Database from "lucide-solid/icons/database";
import Plus from "lucide-solid/icons/plus";
import { createMemo } from "solid-js";
import { volumeHref } from "../../lib/addresses.ts";
import { volumes } from "../../lib/api/docker.ts";
import { useCachedList } from "../../lib/cached-list.ts";
import { dockerKeys } from "../../lib/docker-queries.ts";
import { lazy } from "../../lib/load-part.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import type { CommandSource } from "../../shell/commands.ts";
import { commandMessages as texts, volumeMessages } from "./messages.ts";
import { useRemoveVolume } from "./remove-volume.ts";

const CreateVolumeDialog = lazy(async () => ({
  default: (await import("./CreateVolumeDialog.tsx")).CreateVolumeDialog,
}));

/** Volumes, and what can be done with each. */
export const createVolumeCommands: CommandSource = ({ open, show }) => {
  const session = useSession();
  const remove = useRemoveVolume();
  const list = useCachedList(
    dockerKeys.volumes,
    volumes.list,
    () => session.may("docker:view") && session.principal()?.limits.services === null,
  );
  const create = () =>
    show((close) => (
      <CreateVolumeDialog
        onClose={close}
        onCreated={(name) => {
          close();
          open(volumeHref(name));
        }}
      />
    ));
  return createMemo(() => [
    ...(list.data ?? []).map((volume) => ({
      id: `volume:${volume.name}`,
      label: visibleName(volume.name),
      group: texts.group,
      icon: Database,
      run: () => open(volumeHref(volume.name)),
      // A volume in use cannot be removed.
      actions:
        volume.usedBy.length > 0 ? [] : [{ verb: texts.remove, name: "volume:remove", run: () => void remove(volume) }],
    })),
    {
      id: "volume:create",
      label: volumeMessages.create,
      group: texts.group,
      icon: Plus,
      name: "volume:create",
      run: create,
    },
  ]);
};
