import { bindKeys, bindPageKeys } from "../lib/keys/key-layers.ts";
import { setKeySheetOpen } from "../lib/keys/key-sheet.ts";
import { pageKeys } from "../lib/keys/key-table.ts";
import type { Session } from "../lib/session.ts";
import { mayOpen, navigation } from "./navigation.tsx";

export interface FrameKeysOptions {
  session: Session;
  /** The element of the page. */
  content: () => HTMLElement | undefined;
  navigate: (href: string) => void;
  togglePalette: () => void;
}

/** Binds the keys that work on every page, until the owner is disposed. */
export function bindFrameKeys({ session, content, navigate, togglePalette }: FrameKeysOptions): void {
  const pages = navigation.flatMap(({ items }) => items);
  bindPageKeys((letter) => {
    const page = pages.find((item) => pageKeys[item.href] === letter && mayOpen(session, item));
    if (page) navigate(page.href);
    return page !== undefined;
  });
  bindKeys({
    palette: togglePalette,
    keys: () => setKeySheetOpen(true),
    search() {
      const fields = content()?.querySelectorAll<HTMLInputElement>("input[type=search]") ?? [];
      const shown = [...fields].find((field) => field.getClientRects().length > 0);
      if (!shown) return false;
      shown.select();
    },
  });
}
