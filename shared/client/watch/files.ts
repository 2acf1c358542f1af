import type { FileChange, FilesServerToClient } from "../../protocol/events/files.ts";
import type { Connection } from "./connection.ts";
import { createEventTopic, type EventListener } from "./event-topic.ts";
import type { Stop } from "./listeners.ts";
import { type EventHandlers, type NamespaceWatch, watchNamespace } from "./namespace-events.ts";
import { createTopics } from "./topics.ts";

/** Folders: `/files`. */
export interface FilesWatch extends NamespaceWatch<FilesServerToClient> {
  /**
   * Watches one folder, without its subfolders. A `rescan` is sent once the watch is ready, also after a reconnect: earlier
   * changes were not seen.
   * @param path absolute path below the file root, which is `/`
   */
  watch(path: string, onChange: (change: FileChange) => void, handlers?: EventHandlers): Stop;
}

export function createFilesWatch(connection: Connection): FilesWatch {
  const watches = createTopics<EventListener<FileChange>>(connection, "files");
  const { on, onConnect } = watchNamespace<FilesServerToClient>(connection, "files");
  return {
    watch: (path, onChange, handlers) =>
      watches.listen(path, { onEvent: onChange, ...handlers }, () =>
        createEventTopic<FileChange>({
          join: () => ({ event: "watch", payload: { path } }),
          leave: { event: "unwatch", payload: { path } },
          event: "change",
          isOurs: (change) => change.path === path,
          joined: () => ({ path, type: "rescan", name: "", timestamp: new Date().toISOString() }),
        }),
      ),
    on,
    onConnect,
  };
}
