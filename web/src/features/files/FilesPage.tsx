import { useNavigate, useParams } from "@solidjs/router";
import { FilesView } from "./FilesView.tsx";
import { normalisePath } from "./file-path.ts";

const toAddress = (path: string): string =>
  `/files${path === "/" ? "" : path.split("/").map(encodeURIComponent).join("/")}`;

/** The folder a hash-less address names; a part that is no valid escape is taken as it stands. */
function toPath(given: string | undefined): string {
  try {
    return normalisePath(decodeURIComponent(given ?? ""));
  } catch {
    return normalisePath(given ?? "");
  }
}

export default function FilesPage() {
  const params = useParams<{ path?: string }>();
  const navigate = useNavigate();
  return <FilesView path={toPath(params.path)} onOpenFolder={(path) => navigate(toAddress(path))} />;
}
