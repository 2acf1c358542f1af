import FileText from "lucide-solid/icons/file-text";
import { createMemo } from "solid-js";
import { folderHref } from "../../lib/addresses.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import type { CommandSource } from "../../shell/commands.ts";
import { commandMessages as texts } from "./messages.ts";
import { recentFiles } from "./recent-files.ts";

/** Files that were opened lately in this browser. */
export const createFileCommands: CommandSource = ({ open }) => {
  const session = useSession();
  return createMemo(() => {
    const account = session.principal();
    if (!account || !session.may("files:view")) return [];
    return recentFiles(account.id).map((path) => {
      const cut = path.lastIndexOf("/");
      return {
        id: `file:${path}`,
        label: visibleName(path.slice(cut + 1)),
        group: texts.group,
        words: path,
        icon: FileText,
        run: () => open(`${folderHref(path.slice(0, cut) || "/")}?file=${encodeURIComponent(path.slice(cut + 1))}`),
      };
    });
  });
};
