import { createSignal, type JSX, Show } from "solid-js";
import { OnDemand } from "../ui/OnDemand.tsx";

type ShownDialog = (close: () => void) => JSX.Element;

const [shown, setShown] = createSignal<ShownDialog | null>(null);

/** Shows a dialog that belongs to no page, in place of the one before. Needs one `DialogHost` inside the router. */
export const showDialog = (dialog: ShownDialog): void => {
  setShown(() => dialog);
};

export function DialogHost() {
  return (
    <Show when={shown()} keyed>
      {(dialog) => <OnDemand onClose={() => setShown(null)}>{dialog(() => setShown(null))}</OnDemand>}
    </Show>
  );
}
