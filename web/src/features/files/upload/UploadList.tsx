import X from "lucide-solid/icons/x";
import { For, Show } from "solid-js";
import { formatBytes } from "../../../lib/format.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, IconButton, Meter } from "../../../ui/index.ts";
import { uploadMessages } from "../messages.ts";
import type { Uploads } from "./uploads.ts";

/** Progress and result of each upload. */
export function UploadList(props: { uploads: Uploads }) {
  const all = () => props.uploads.uploads;
  const done = () => all().filter(({ state }) => state === "done").length;
  return (
    <Show when={all().length > 0}>
      <section class="uploads" aria-label={uploadMessages.title}>
        <header class="row">
          <h3 class="grow">{uploadMessages.progress(props.uploads.active(), done(), all().length)}</h3>
          <Button
            size="sm"
            variant="ghost"
            disabled={props.uploads.active() && done() === 0}
            onClick={props.uploads.clear}
          >
            {uploadMessages.clear}
          </Button>
        </header>
        <ul>
          <For each={all()}>
            {(upload) => (
              <li class="upload">
                <span class="truncate grow">{visibleName(upload.name)}</span>
                <Show
                  when={upload.state === "sending" || upload.state === "waiting"}
                  fallback={
                    <span class={upload.state === "failed" ? "upload-failed" : "count"}>
                      {upload.state === "done"
                        ? formatBytes(upload.size)
                        : upload.state === "cancelled"
                          ? uploadMessages.cancelled
                          : upload.message}
                    </span>
                  }
                >
                  <span class="upload-meter">
                    <Meter label={uploadMessages.meter(upload.name)} value={upload.progress * 100} tone="accent" />
                  </span>
                  <IconButton
                    size="sm"
                    label={uploadMessages.cancel(upload.name)}
                    icon={<X size={13} />}
                    onClick={() => props.uploads.cancel(upload.id)}
                  />
                </Show>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
