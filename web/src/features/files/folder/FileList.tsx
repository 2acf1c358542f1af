import ArrowDown from "lucide-solid/icons/arrow-down";
import ArrowUp from "lucide-solid/icons/arrow-up";
import Download from "lucide-solid/icons/download";
import Ellipsis from "lucide-solid/icons/ellipsis";
import Pencil from "lucide-solid/icons/pencil";
import Trash from "lucide-solid/icons/trash";
import { createMemo, Show } from "solid-js";
import type { FileEntry } from "../../../../../shared/protocol/file.ts";
import { columnBytes, formatAgo, formatDateTime } from "../../../lib/format.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Menu, type MenuEntry } from "../../../ui/index.ts";
import { VirtualList } from "../../../ui/VirtualList.tsx";
import { entryMessages } from "../messages.ts";
import { FileIcon } from "./FileIcon.tsx";
import { type FileOrder, modeText } from "./file-order.ts";

export interface FileActions {
  open: (entry: FileEntry) => void;
  download: (entry: FileEntry) => void;
  /** Undefined without the permission to change files. */
  rename: ((entry: FileEntry) => void) | undefined;
  remove: ((entry: FileEntry) => void) | undefined;
}

export interface FileListProps {
  label: string;
  entries: readonly FileEntry[];
  order: FileOrder;
  descending: boolean;
  onSort: (order: FileOrder, descending: boolean) => void;
  selected: string | null;
  actions: FileActions;
}

const ROW_HEIGHT = 36;

/** The entries of a folder. Only visible rows are in the page. */
export function FileList(props: FileListProps) {
  return (
    <div class="file-list">
      <div class="file-row file-head">
        <Heading id="name" title={entryMessages.columns.name} {...props} />
        <Heading id="size" title={entryMessages.columns.size} class="file-size" {...props} />
        <Heading id="modified" title={entryMessages.columns.modified} class="file-changed" {...props} />
        <span class="file-mode">{entryMessages.mode}</span>
        <span class="file-menu" />
      </div>
      <VirtualList
        label={props.label}
        count={props.entries.length}
        estimate={ROW_HEIGHT}
        uniform
        key={(index) => props.entries[index]?.name ?? index}
      >
        {(index) => (
          // Another entry in this place is another row: its menu must not become that of another file while it is open.
          <Show when={props.entries[index]?.name} keyed>
            {(name) => (
              <Show when={props.entries[index]}>
                {(entry) => <Row entry={entry()} actions={props.actions} selected={props.selected === name} />}
              </Show>
            )}
          </Show>
        )}
      </VirtualList>
    </div>
  );
}

function Heading(
  props: Pick<FileListProps, "order" | "descending" | "onSort"> & { id: FileOrder; title: string; class?: string },
) {
  const active = () => props.order === props.id;
  return (
    <button
      type="button"
      class={`file-heading ${props.class ?? ""}`}
      aria-label={entryMessages.sortBy(props.title, active() ? (props.descending ? "descending" : "ascending") : null)}
      onClick={() => props.onSort(props.id, active() ? !props.descending : props.id !== "name")}
    >
      {props.title}
      <Show when={active()}>
        <Show when={props.descending} fallback={<ArrowUp size={11} />}>
          <ArrowDown size={11} />
        </Show>
      </Show>
    </button>
  );
}

function Row(props: { entry: FileEntry; actions: FileActions; selected: boolean }) {
  const items = createMemo((): MenuEntry[] => {
    const { entry, actions } = props;
    const list: MenuEntry[] = [];
    if (entry.kind === "file")
      list.push({
        label: entryMessages.download,
        icon: <Download size={14} />,
        onSelect: () => actions.download(entry),
      });
    const locked = !entry.removable && { disabled: true, hint: entryMessages.noPermission };
    if (actions.rename)
      list.push({
        label: entryMessages.rename,
        icon: <Pencil size={14} />,
        onSelect: () => actions.rename?.(entry),
        ...locked,
      });
    if (actions.remove)
      list.push("separator", {
        label: entryMessages.delete,
        icon: <Trash size={14} />,
        danger: true,
        onSelect: () => actions.remove?.(entry),
        ...locked,
      });
    return list;
  });
  return (
    <div class="file-row" classList={{ "file-hidden": props.entry.hidden, "file-selected": props.selected }}>
      <button type="button" class="file-name" data-list-open="" onClick={() => props.actions.open(props.entry)}>
        <FileIcon entry={props.entry} />
        <span class="truncate">{visibleName(props.entry.name)}</span>
      </button>
      <span class="file-size num">{props.entry.kind === "directory" ? "" : columnBytes(props.entry.size)}</span>
      <span class="file-changed" title={formatDateTime(props.entry.modifiedAt)}>
        {formatAgo(props.entry.modifiedAt)}
      </span>
      <code class="file-mode faint">{modeText(props.entry.mode)}</code>
      <span class="file-menu">
        <Show when={items().length > 0}>
          <Menu
            icon
            size="sm"
            label={entryMessages.actionsFor(props.entry.name)}
            trigger={<Ellipsis size={15} />}
            items={items()}
          />
        </Show>
      </span>
    </div>
  );
}
