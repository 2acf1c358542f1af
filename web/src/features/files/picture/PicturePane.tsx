import { createSignal, onCleanup, Show } from "solid-js";
import { api } from "../../../lib/api.ts";
import { formatBytes } from "../../../lib/format.ts";
import { useLive } from "../../../lib/live-context.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, EmptyState, ErrorState, Skeleton } from "../../../ui/index.ts";
import { DetailHead } from "../../../ui/MasterDetail.tsx";
import { DownloadLink } from "../DownloadLink.tsx";
import { baseName, parentPath } from "../file-path.ts";
import { pictureMessages } from "../messages.ts";
import { createPicture } from "./picture.ts";

export interface PicturePaneProps {
  path: string;
  /** Shows the file as text; absent when it is none. */
  onText?: (() => void) | undefined;
  onClose: () => void;
}

/** A picture with its size. Created for each file. */
export function PicturePane(props: PicturePaneProps) {
  const { filesWS } = useLive();
  const name = () => baseName(props.path);
  const picture = createPicture(() => api.files.readPicture(props.path));
  void picture.load();
  onCleanup(
    filesWS.watch(parentPath(props.path), (change) => {
      if (change.name === name() || change.type === "rescan") void picture.load();
    }),
  );
  /** Of an SVG, the browser's own size once it is shown. */
  const [natural, setNatural] = createSignal<{ width: number; height: number }>();
  const [isBroken, setBroken] = createSignal(false);
  const note = () => {
    const shown = picture.shown();
    if (!shown) return visibleName(props.path);
    const size = shown.size ?? natural();
    return [size && pictureMessages.pixels(size.width, size.height), formatBytes(shown.bytes)]
      .filter(Boolean)
      .join(" · ");
  };

  return (
    <>
      <DetailHead
        title={<span class="truncate">{visibleName(name())}</span>}
        note={note()}
        actions={
          <>
            <Show when={props.onText}>
              <Button onClick={() => props.onText?.()}>{pictureMessages.asText}</Button>
            </Show>
            <DownloadLink path={props.path} name={name()} />
          </>
        }
        onClose={props.onClose}
      />
      <div class="picture-body">
        <Show
          when={picture.shown()}
          keyed
          fallback={
            <Show
              when={picture.refusal()}
              fallback={
                <Show when={picture.error()} fallback={<Skeleton lines={10} />}>
                  <ErrorState error={picture.error()} onRetry={() => void picture.load()} />
                </Show>
              }
            >
              {(reason) => (
                <EmptyState title={pictureMessages.notShown}>{pictureMessages.refusals[reason()]}</EmptyState>
              )}
            </Show>
          }
        >
          {(shown) => (
            <Show
              when={!isBroken()}
              fallback={<EmptyState title={pictureMessages.notShown}>{pictureMessages.refusals.broken}</EmptyState>}
            >
              <img
                class="picture"
                src={shown.source}
                alt={visibleName(name())}
                ref={() => {
                  setBroken(false);
                  setNatural(undefined);
                }}
                onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
                  setNatural(width > 0 ? { width, height } : undefined)
                }
                onError={() => setBroken(true)}
              />
            </Show>
          )}
        </Show>
      </div>
    </>
  );
}
