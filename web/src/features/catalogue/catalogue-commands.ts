import PackagePlus from "lucide-solid/icons/package-plus";
import { createMemo } from "solid-js";
import { entryHref } from "../../lib/addresses.ts";
import { catalogue } from "../../lib/api/catalogue.ts";
import { useCachedList } from "../../lib/cached-list.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import type { CommandSource } from "../../shell/commands.ts";
import { listKey } from "./catalogue-queries.ts";
import { commandMessages as texts } from "./messages.ts";

/** Entries of the catalogue. Installing one opens its form. */
export const createCatalogueCommands: CommandSource = ({ open }) => {
  const session = useSession();
  const entries = useCachedList(
    listKey,
    ({ signal }) => catalogue.list(signal),
    () => session.may("catalogue:view"),
  );
  return createMemo(() =>
    (entries.data ?? []).map((entry) => {
      const run = () => open(entryHref(entry.id));
      return {
        id: `entry:${entry.id}`,
        label: visibleName(entry.name),
        group: texts.group,
        words: entry.description,
        icon: PackagePlus,
        run,
        actions: [{ verb: texts.install, name: "catalogue:install", run }],
      };
    }),
  );
};
