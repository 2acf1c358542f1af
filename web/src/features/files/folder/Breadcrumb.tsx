import ChevronRight from "lucide-solid/icons/chevron-right";
import HardDrive from "lucide-solid/icons/hard-drive";
import { Index, Show } from "solid-js";
import { visibleName } from "../../../lib/terminal-text.ts";
import { crumbsOf } from "../file-path.ts";
import { folderMessages } from "../messages.ts";

export interface BreadcrumbProps {
  path: string;
  /** Path of the root on the host: what `/` stands for. */
  root: string;
  onOpen: (path: string) => void;
}

/** Links from the root to a folder. */
export function Breadcrumb(props: BreadcrumbProps) {
  const crumbs = () => crumbsOf(props.path);
  return (
    <nav class="crumbs" aria-label={folderMessages.folder}>
      <ol>
        <Index each={crumbs()}>
          {(crumb, index) => (
            <li>
              <Show when={index > 0}>
                <ChevronRight size={13} />
              </Show>
              <button
                type="button"
                class="crumb"
                aria-current={index === crumbs().length - 1 ? "page" : undefined}
                onClick={() => props.onOpen(crumb().path)}
              >
                <Show when={index === 0} fallback={<span class="truncate">{visibleName(crumb().name)}</span>}>
                  <HardDrive size={14} />
                  <span class="truncate" title={folderMessages.rootHint}>
                    {visibleName(props.root) || folderMessages.root}
                  </span>
                </Show>
              </button>
            </li>
          )}
        </Index>
      </ol>
    </nav>
  );
}
