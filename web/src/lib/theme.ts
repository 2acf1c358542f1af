import { createSignal } from "solid-js";

export type ThemeChoice = "system" | "light" | "dark";

const STORAGE_KEY = "theme";

const toChoice = (value: string | null | undefined): ThemeChoice =>
  value === "light" || value === "dark" ? value : "system";

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const [systemDark, setSystemDark] = createSignal(dark.matches);
dark.addEventListener("change", (event) => setSystemDark(event.matches));

const [choice, setChoice] = createSignal<ThemeChoice>(toChoice(document.documentElement.dataset.theme));

export const theme = {
  choice,
  /** What is on the screen now. */
  resolved: (): "light" | "dark" => {
    const chosen = choice();
    return chosen === "system" ? (systemDark() ? "dark" : "light") : chosen;
  },
  choose(next: ThemeChoice): void {
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    try {
      if (next === "system") localStorage.removeItem(STORAGE_KEY);
      else localStorage.setItem(STORAGE_KEY, next);
    } catch {
      // Storage may be forbidden: the choice then lasts as long as the page.
    }
    setChoice(next);
  },
};
