import { useNavigate, useParams } from "@solidjs/router";
import { FilesView } from "./FilesView.tsx";
import { normalizePath } from "./file-path.ts";

const toAddress = (path: string): string =>
  `/files${path === "/" ? "" : path.split("/").map(encodeURIComponent).join("/")}`;

/** The folder that an address names. An invalid escape sequence is used literally. */
function toPath(given: string | undefined): string {
  try {
    return normalizePath(decodeURIComponent(given ?? ""));
  } catch {
    return normalizePath(given ?? "");
  }
}

export default function FilesPage() {
  const params = useParams<{ path?: string }>();
  const navigate = useNavigate();
  return <FilesView path={toPath(params.path)} onOpenFolder={(path) => navigate(toAddress(path))} />;
}
