import { pruneRequest } from "../../shared/protocol/disk.ts";
import { action } from "../actions/action.ts";
import { dockerHostRights } from "../actions/host-target.ts";

const pruneDisk = action({
  ...dockerHostRights,
  name: "disk:prune",
  method: "POST",
  path: "/disk/prune",
  title: "Remove what a preview named",
  tag: "Disk",
  description: "Keeps what has come into use since the preview. The result of the job names it.",
  body: pruneRequest,
  mode: "enqueue",
  target: {
    /** Number of items. The preview must exist and hold them. */
    resolve: ({ body: { preview, items } }, { deps }): number => {
      deps.docker.disk.check(preview, items);
      return items.length;
    },
    label: (count) => (count === 1 ? "1 item" : `${count} items`),
    locks: () => ({ exclusive: ["prune"] }),
  },
  apply: ({ body: { preview, items } }, { deps, job: { signal, step } }) =>
    deps.docker.disk.prune(preview, items, { signal, onStep: step }),
});

export const diskActions = [pruneDisk] as const;
