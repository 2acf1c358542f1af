import { createSignal } from "solid-js";

const [isKeySheetOpen, setKeySheetOpen] = createSignal(false);

/** Whether the list of keys is open; the frame shows it. */
export { isKeySheetOpen, setKeySheetOpen };
