import BellIcon from "lucide-solid/icons/bell";
import { Show } from "solid-js";
import { lazy } from "../../../lib/load-part.ts";
import { useBell } from "../../../lib/queries.ts";
import { PanelButton } from "../../../ui/PanelButton.tsx";
import { alertMessages } from "../messages.ts";

const BellPanel = lazy(() => import("./BellPanel.tsx"));

/** The server counts up to this number. */
const MAX_COUNTED = 100;

/** The bell of the header, with the number of unread notifications. */
export function Bell(props: { onNavigate: (href: string) => void }) {
  const bell = useBell();
  const unread = () => (bell.isSuccess ? bell.data.unread : 0);
  const count = () => (unread() >= MAX_COUNTED ? `${MAX_COUNTED - 1}+` : String(unread()));
  const label = () => (unread() > 0 ? alertMessages.bell.unread(count()) : alertMessages.bell.title);
  return (
    <PanelButton
      class="button-icon bell-button"
      label={label()}
      panel={(anchor, onClose) => <BellPanel anchor={anchor} onClose={onClose} onNavigate={props.onNavigate} />}
    >
      <BellIcon size={16} />
      <Show when={unread() > 0}>
        <span class="bell-count num" aria-hidden="true">
          {count()}
        </span>
      </Show>
    </PanelButton>
  );
}
