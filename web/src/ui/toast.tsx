import X from "lucide-solid/icons/x";
import { createSignal, For } from "solid-js";
import { detailOf, toMessage } from "../lib/api/failure.ts";
import { StatusDot, type Tone } from "./Badge.tsx";
import { IconButton } from "./Button.tsx";
import { uiMessages } from "./messages.ts";
import { createToastRoom } from "./toast-room.ts";
import { UpstreamDetail } from "./UpstreamDetail.tsx";

interface Toast {
  id: number;
  tone: Tone;
  text: string;
  /** The error of Docker, a registry, PM2 or an MCP server, below the text. */
  detail: string | undefined;
}

/** Toasts at once; a further one replaces the oldest. */
const MAX_SHOWN = 4;
const SHOWN_MS = { short: 4_000, long: 9_000, read: 20_000 };

const [toasts, setToasts] = createSignal<readonly Toast[]>([]);
let lastId = 0;

const drop = (id: number) => setToasts((all) => all.filter((toast) => toast.id !== id));

function show(tone: Tone, text: string, shownMs: number, detail?: string): void {
  const id = ++lastId;
  setToasts((all) => [...all, { id, tone, text, detail }].slice(-MAX_SHOWN));
  setTimeout(() => drop(id), shownMs);
}

/** Short messages about the last action. What must not be missed belongs on the page. */
export const toast = {
  success: (text: string) => show("ok", text, SHOWN_MS.short),
  info: (text: string) => show("info", text, SHOWN_MS.short),
  /** Shows a caught error: the server's sentence, and below it the error of the part that failed. */
  error: (error: unknown, detail = detailOf(error)) =>
    show(
      "bad",
      typeof error === "string" ? error : toMessage(error),
      detail === undefined ? SHOWN_MS.long : SHOWN_MS.read,
      detail,
    ),
};

export function ToastHost() {
  const [host, setHost] = createSignal<HTMLElement>();
  createToastRoom(host, () => toasts().length);
  return (
    <section ref={setHost} class="toasts" aria-label={uiMessages.notifications} aria-live="polite">
      <For each={toasts()}>
        {(item) => (
          <div class="toast">
            <StatusDot tone={item.tone} />
            <div class="toast-text">
              {item.text}
              <UpstreamDetail text={item.detail} />
            </div>
            <IconButton size="sm" label={uiMessages.dismiss} icon={<X size={14} />} onClick={() => drop(item.id)} />
          </div>
        )}
      </For>
    </section>
  );
}
