import { useLocation, useNavigate, useParams, useSearchParams } from "@solidjs/router";
import { createMemo } from "solid-js";
import { decodePart, folderHref } from "../../lib/addresses.ts";
import { createTitle, joinTitle } from "../../lib/page-title.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { FilesView } from "./FilesView.tsx";
import { fileOf } from "./file-address.ts";
import { baseName, normalizePath, parentPath } from "./file-path.ts";
import { folderMessages } from "./messages.ts";

/** The folder is the path of the address, the open file its query: by its name in this folder, or by its path. */
export default function FilesPage() {
  const params = useParams<{ path?: string }>();
  const [query, setQuery] = useSearchParams<{ file?: string; line?: string; as?: string }>();
  const location = useLocation();
  const navigate = useNavigate();
  const folder = createMemo(() => normalizePath(decodePart(params.path ?? "")));
  const file = createMemo(() => fileOf(folder(), query.file));
  const line = () => (/^[1-9]\d{0,8}$/.test(query.line ?? "") ? Number(query.line) : undefined);

  const go = (nextFolder: string, nextFile: string | null, replace = false) => {
    const kept = new URLSearchParams();
    const sort = new URLSearchParams(location.search).get("sort");
    const filter = nextFolder === folder() ? new URLSearchParams(location.search).get("filter") : null;
    if (filter) kept.set("filter", filter);
    if (sort) kept.set("sort", sort);
    if (nextFile !== null) kept.set("file", parentPath(nextFile) === nextFolder ? baseName(nextFile) : nextFile);
    navigate(`${folderHref(nextFolder)}${kept.size > 0 ? `?${kept}` : ""}`, { replace, scroll: false });
  };
  createTitle(() => {
    const shown = file() ?? folder();
    return shown === "/" ? undefined : joinTitle(visibleName(baseName(shown)), folderMessages.title);
  });
  return (
    <FilesView
      path={folder()}
      file={file()}
      line={line()}
      asText={query.as === "text"}
      onAsText={() => setQuery({ as: "text" })}
      onOpenFolder={(path) => go(path, file())}
      onOpenFile={(path, replace) => go(folder(), path, replace)}
      onLine={(next) => setQuery({ line: String(next) }, { replace: true })}
    />
  );
}
