import { createSignal, type JSX, Show, Suspense } from "solid-js";

type ShownDialog = (close: () => void) => JSX.Element;

const [shown, setShown] = createSignal<ShownDialog | null>(null);

/** Shows a dialog that belongs to no page, in place of the one before. Needs one `DialogHost` inside the router. */
export const showDialog = (dialog: ShownDialog): void => {
  setShown(() => dialog);
};

export function DialogHost() {
  return (
    <Show when={shown()} keyed>
      {(dialog) => <Suspense>{dialog(() => setShown(null))}</Suspense>}
    </Show>
  );
}
