import { type FileChange, fileWatch } from "../../shared/protocol/events/files.ts";
import { filesRoom } from "../../shared/protocol/rooms.ts";
import { unlessAborted } from "../../shared/server/async/unless-aborted.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { RealtimeDeps } from "../deps.ts";
import { createSharedSources, type Upstream } from "../fanout/shared-sources.ts";
import { createHandle, handleAlive } from "./handle.ts";
import type { NamespaceOf, RegisteredNamespace, SocketServer } from "./namespace.ts";

/** Folders one socket may watch at once. */
const MAX_WATCHES = 64;

/** A shared watch of one folder; `ready` resolves when changes are reported. */
interface FolderWatch extends Upstream {
  ready: Promise<void>;
}

export type FilesDeps = Pick<RealtimeDeps, "files" | "watchFolder" | "log" | "lingerMs">;

/** Registers the changes of watched folders inside the file root, with one watch per folder. */
export function registerFiles(io: SocketServer, { files, watchFolder, log, lingerMs }: FilesDeps): RegisteredNamespace {
  const namespace: NamespaceOf<"files"> = io.of("/files");

  const watches = createSharedSources<FolderWatch>((path) => {
    const room = filesRoom(path);
    const notify = (type: FileChange["type"], name: string) => {
      namespace.to(room).emit("change", { path, type, name, timestamp: new Date().toISOString() });
    };
    const opened = files.resolveFolder(path).then(({ absolutePath }) =>
      watchFolder(absolutePath, {
        onChange: notify,
        onError(error) {
          log.warn({ err: error }, "a folder cannot be watched and is polled instead");
        },
      }),
    );
    const watch: FolderWatch = {
      ready: opened.then(() => {}),
      close() {
        opened.then((watcher) => watcher.close()).catch(() => {});
      },
    };
    watch.ready.catch(() => watches.drop(path, watch));
    return watch;
  }, lingerMs);

  namespace.on("connection", (socket) => {
    const watched = new Map<string, FolderWatch>();
    const release = (path: string) => {
      const watch = watched.get(path);
      if (!watch) return;
      watched.delete(path);
      watches.release(path, watch);
      void socket.leave(filesRoom(path));
    };
    const releaseAll = () => {
      for (const path of [...watched.keys()]) release(path);
    };
    const handle = createHandle({ socket: socket, log, echo: ["path"], release: releaseAll });
    handleAlive(handle);
    const folder = ({ path }: { path: string }) => normalise(path);

    handle.join("watch", fileWatch, folder, async (asked, signal) => {
      const { path } = await unlessAborted(files.resolveFolder(asked.path), signal);
      if (!watched.has(path)) {
        if (watched.size >= MAX_WATCHES) {
          throw new AppError("rate_limited", `One connection watches at most ${MAX_WATCHES} folders.`);
        }
        const watch = watches.acquire(path);
        watched.set(path, watch);
        try {
          await unlessAborted(watch.ready, signal);
        } catch (error) {
          release(path);
          throw error;
        }
        void socket.join(filesRoom(path));
      }
      socket.emit("connected", { path });
      return { path };
    });
    handle.leave("unwatch", fileWatch, folder, (asked) => {
      const path = normalise(asked.path);
      release(path);
      return { path };
    });
  });

  return {
    get activeStreams() {
      return watches.size;
    },
    close: () => watches.close(),
  };
}

/** Normalizes the path without the disk, since the folder may be removed when a viewer leaves it. */
const normalise = (path: string) =>
  `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
