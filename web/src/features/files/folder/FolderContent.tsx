import FolderOpen from "lucide-solid/icons/folder-open";
import SearchX from "lucide-solid/icons/search-x";
import { type JSX, Match, Switch } from "solid-js";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, EmptyState, ErrorState, Skeleton } from "../../../ui/index.ts";
import { folderMessages } from "../messages.ts";
import type { Folder } from "./folder.ts";

export interface FolderContentProps {
  folder: Pick<Folder, "state" | "entries" | "error" | "refresh">;
  /** Entries that pass the filter. */
  shownCount: number;
  filter: string;
  mayCreate: boolean;
  onClearFilter: () => void;
  onShowHidden: () => void;
  children: JSX.Element;
}

/** The list of a folder, or the state in its place: loading, failed, empty, everything filtered out. */
export function FolderContent(props: FolderContentProps) {
  const count = () => props.folder.entries().length;
  return (
    <Switch fallback={<Skeleton lines={10} />}>
      <Match when={props.folder.state() === "failed" && count() === 0}>
        <ErrorState error={props.folder.error()} onRetry={() => void props.folder.refresh()} />
      </Match>
      <Match when={props.folder.state() !== "loading" && count() === 0}>
        <EmptyState icon={<FolderOpen size={18} />} title={folderMessages.empty}>
          {props.mayCreate ? folderMessages.emptyHint : folderMessages.emptyReadOnly}
        </EmptyState>
      </Match>
      <Match when={props.shownCount === 0 && count() > 0}>
        <EmptyState
          icon={<SearchX size={18} />}
          title={props.filter ? folderMessages.nothingMatches : folderMessages.onlyHidden}
          action={
            <Button onClick={() => (props.filter ? props.onClearFilter() : props.onShowHidden())}>
              {props.filter ? folderMessages.clearFilter : folderMessages.show}
            </Button>
          }
        >
          {props.filter ? folderMessages.nothingMatchesHint(visibleName(props.filter)) : folderMessages.onlyHiddenHint}
        </EmptyState>
      </Match>
      <Match when={props.shownCount > 0}>{props.children}</Match>
    </Switch>
  );
}
