import Download from "lucide-solid/icons/download";
import { api } from "../../lib/api.ts";
import { buttonClass } from "../../ui/index.ts";
import { tipOf } from "../../ui/tip.ts";
import { editorMessages } from "./messages.ts";

/** Downloads the file of a pane, under its name. */
export function DownloadLink(props: { path: string; name: string }) {
  return (
    <a
      class={`${buttonClass("ghost")} button-icon`}
      href={api.files.downloadUrl(props.path)}
      download={props.name}
      aria-label={editorMessages.downloadFile(props.name)}
      {...tipOf(editorMessages.download)}
    >
      <Download size={15} />
    </a>
  );
}
