import BellIcon from "lucide-solid/icons/bell";
import { createSignal, lazy, Show, Suspense } from "solid-js";
import { useBell } from "../../../lib/queries.ts";
import { alertMessages } from "../messages.ts";

const BellPanel = lazy(() => import("./BellPanel.tsx"));

/** The server counts up to this number. */
const MAX_COUNTED = 100;

/** The bell of the header, with the number of unread notifications. */
export function Bell(props: { onNavigate: (href: string) => void }) {
  const [button, setButton] = createSignal<HTMLButtonElement>();
  const [open, setOpen] = createSignal(false);
  const bell = useBell();
  const unread = () => (bell.isSuccess ? bell.data.unread : 0);
  const count = () => (unread() >= MAX_COUNTED ? `${MAX_COUNTED - 1}+` : String(unread()));
  const label = () => (unread() > 0 ? alertMessages.bell.unread(count()) : alertMessages.bell.title);
  return (
    <>
      <button
        ref={setButton}
        type="button"
        class="button button-ghost button-icon bell-button"
        aria-label={label()}
        title={label()}
        aria-expanded={open()}
        aria-haspopup="dialog"
        onClick={() => setOpen((was) => !was)}
      >
        <BellIcon size={16} />
        <Show when={unread() > 0}>
          <span class="bell-count num" aria-hidden="true">
            {count()}
          </span>
        </Show>
      </button>
      <Show when={open()}>
        <Suspense>
          <BellPanel anchor={button()} onClose={() => setOpen(false)} onNavigate={props.onNavigate} />
        </Suspense>
      </Show>
    </>
  );
}
