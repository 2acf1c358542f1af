import CloudDownload from "lucide-solid/icons/cloud-download";
import Package from "lucide-solid/icons/package";
import RefreshCw from "lucide-solid/icons/refresh-cw";
import { createMemo } from "solid-js";
import type { Image } from "../../../../shared/protocol/image.ts";
import { itemHref } from "../../lib/addresses.ts";
import { images, updates } from "../../lib/api/docker.ts";
import { useCachedList } from "../../lib/cached-list.ts";
import { dockerKeys } from "../../lib/docker-queries.ts";
import { useJobs } from "../../lib/jobs/jobs.ts";
import { lazy } from "../../lib/load-part.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { sendAction } from "../../resource/confirm-action.ts";
import type { CommandAction, CommandSource } from "../../shell/commands.ts";
import { imageName } from "./image-labels.ts";
import { imageLabels, commandMessages as texts } from "./messages.ts";

const PullDialog = lazy(async () => ({ default: (await import("./PullDialog.tsx")).PullDialog }));
const TagDialog = lazy(async () => ({ default: (await import("./TagDialog.tsx")).TagDialog }));
const RemoveImageDialog = lazy(async () => ({ default: (await import("./RemoveImageDialog.tsx")).RemoveImageDialog }));
const RegistriesDialog = lazy(async () => ({ default: (await import("./RegistriesDialog.tsx")).RegistriesDialog }));

/** Images, and what can be done with each. */
export const createImageCommands: CommandSource = ({ open, show }) => {
  const session = useSession();
  const jobs = useJobs();
  const list = useCachedList(
    dockerKeys.images,
    images.list,
    () => session.may("docker:view") && session.principal()?.limits.services === null,
  );
  const actionsOf = (image: Image): CommandAction[] => [
    {
      verb: texts.tag,
      name: "image:tag",
      run: () => show((close) => <TagDialog image={image} onClose={close} />),
    },
    {
      verb: texts.remove,
      name: "image:remove",
      run: () => show((close) => <RemoveImageDialog image={image} onClose={close} onRemoved={close} />),
    },
  ];
  const check = () =>
    void sendAction({ send: async () => void jobs.started(await updates.check()), done: texts.checking });
  const group = texts.group;
  return createMemo(() => [
    ...(list.data ?? []).map((image) => ({
      id: `image:${image.id}`,
      label: visibleName(imageName(image)),
      group,
      words: image.tags.join(" "),
      icon: Package,
      run: () => open(itemHref("/images", image.id)),
      actions: actionsOf(image),
    })),
    {
      id: "image:pull",
      label: imageLabels.pullImage,
      group,
      icon: CloudDownload,
      name: "image:pull",
      run: () => show((close) => <PullDialog onClose={close} />),
    },
    {
      id: "registry:login",
      label: imageLabels.registries,
      group,
      icon: CloudDownload,
      name: "registry:login",
      run: () => show((close) => <RegistriesDialog onClose={close} />),
    },
    { id: "update:check", label: texts.check, group, icon: RefreshCw, name: "update:check", run: check },
  ]);
};
