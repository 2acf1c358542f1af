import Eraser from "lucide-solid/icons/eraser";
import { lazy } from "../../lib/load-part.ts";
import type { CommandSource } from "../../shell/commands.ts";
import { diskMessages } from "./messages.ts";

const PruneDialog = lazy(async () => ({ default: (await import("./PruneDialog.tsx")).PruneDialog }));

/** The clean-up of Docker's disk. */
export const createDiskCommands: CommandSource = ({ show }) => {
  const cleanUp = {
    id: "disk:prune",
    label: diskMessages.cleanUp,
    group: diskMessages.title,
    icon: Eraser,
    name: "disk:prune",
    run: () => show((close) => <PruneDialog onClose={close} />),
  };
  return () => [cleanUp];
};
