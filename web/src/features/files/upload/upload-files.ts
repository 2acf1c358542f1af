import { visibleName } from "../../../lib/terminal-text.ts";
import { confirm, toast } from "../../../ui/index.ts";
import { joinPath } from "../file-path.ts";
import { uploadMessages } from "../messages.ts";
import type { Uploads } from "./uploads.ts";

/**
 * Adds chosen or dropped files to the uploads of a folder. Asks first when some would replace existing files.
 * @param taken Whether the folder has an entry with that name.
 */
export async function uploadFiles(
  uploads: Uploads,
  folder: string,
  taken: (name: string) => boolean,
  files: FileList | null,
): Promise<void> {
  // Copied before the first wait: the browser empties the list when its field is reset.
  const chosen = [...(files ?? [])];
  const replaced = chosen.filter(({ name }) => taken(name));
  if (replaced.length > 0 && !(await confirmReplace(replaced))) return;
  uploads.add(chosen.map((file) => ({ name: file.name, path: joinPath(folder, file.name), file })));
  if (uploads.refused() > 0) toast.error(uploadMessages.tooMany(uploads.refused()));
}

const confirmReplace = ([first, ...more]: readonly File[]): Promise<boolean> =>
  confirm({
    title:
      more.length === 0
        ? uploadMessages.replaceOne(visibleName(first?.name ?? ""))
        : uploadMessages.replaceMany(more.length + 1),
    body: uploadMessages.replaceHint,
    action: uploadMessages.replace,
    danger: true,
  });
