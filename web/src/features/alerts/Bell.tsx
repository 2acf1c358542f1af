import BellIcon from "lucide-solid/icons/bell";
import { createSignal, lazy, Show, Suspense } from "solid-js";
import { useBell } from "../../lib/queries.ts";

const BellPanel = lazy(() => import("./BellPanel.tsx"));

/** Most the server counts to. */
const COUNTED_MAX = 100;

/** What the alerts told that nobody at this account has read yet. */
export function Bell(props: { onNavigate: (href: string) => void }) {
  const [button, setButton] = createSignal<HTMLButtonElement>();
  const [open, setOpen] = createSignal(false);
  const bell = useBell();
  const unread = () => (bell.isSuccess ? bell.data.unread : 0);
  const count = () => (unread() >= COUNTED_MAX ? `${COUNTED_MAX - 1}+` : String(unread()));
  const label = () => (unread() > 0 ? `Notifications, ${count()} unread` : "Notifications");
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
