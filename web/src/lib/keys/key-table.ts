/** Where a key works. A sheet lists the contexts that the page has at the moment. */
export type KeyContext = "everywhere" | "list" | "log";

export interface KeyBinding {
  context: KeyContext;
  /** Names as of {@link keyNames}; `Mod` is Ctrl, or Cmd on a Mac. The first one is the one that tooltips show. */
  keys: readonly string[];
  label: string;
}

/** All keys of the app: what binds them, the sheet that `?` opens, and the tooltips read this table. */
export const keyTable = {
  palette: { context: "everywhere", keys: ["Mod+k"], label: "Command palette" },
  search: { context: "everywhere", keys: ["/"], label: "Search on this page" },
  keys: { context: "everywhere", keys: ["?"], label: "Keyboard shortcuts" },
  close: { context: "everywhere", keys: ["Escape"], label: "Close the open pane" },
  goTo: { context: "everywhere", keys: ["g"], label: "Go to a page: then its letter" },
  rowNext: { context: "list", keys: ["ArrowDown", "j"], label: "Next row" },
  rowPrevious: { context: "list", keys: ["ArrowUp", "k"], label: "Previous row" },
  rowFirst: { context: "list", keys: ["Home"], label: "First row" },
  rowLast: { context: "list", keys: ["End"], label: "Last row" },
  rowInto: { context: "list", keys: ["ArrowRight"], label: "Buttons of the row" },
  rowOut: { context: "list", keys: ["ArrowLeft"], label: "Back to the row" },
  rowOpen: { context: "list", keys: ["Enter"], label: "Open" },
  rowSelect: { context: "list", keys: [" "], label: "Select, where rows can be selected" },
  rowExtendDown: { context: "list", keys: ["Shift+ArrowDown"], label: "Extend the selection down" },
  rowExtendUp: { context: "list", keys: ["Shift+ArrowUp"], label: "Extend the selection up" },
  rowMenu: { context: "list", keys: ["."], label: "Actions of the row" },
  logSearch: { context: "log", keys: ["/", "Mod+f"], label: "Search" },
  logNext: { context: "log", keys: ["n"], label: "Next match" },
  logPrevious: { context: "log", keys: ["N"], label: "Previous match" },
  logStart: { context: "log", keys: ["g"], label: "First line" },
  logEnd: { context: "log", keys: ["G"], label: "Live end" },
  logFollow: { context: "log", keys: ["f"], label: "Pause or follow" },
  logWrap: { context: "log", keys: ["w"], label: "Wrap lines" },
} as const satisfies Record<string, KeyBinding>;

export type KeyName = keyof typeof keyTable;

/** The letter after `g` for each page of the navigation. A test compares them. */
export const pageKeys: Readonly<Record<string, string>> = {
  "/": "o",
  "/services": "c",
  "/stacks": "s",
  "/catalogue": "b",
  "/logs": "l",
  "/deployments": "p",
  "/mcp": "m",
  "/images": "i",
  "/volumes": "v",
  "/networks": "n",
  "/disk": "d",
  "/system": "h",
  "/alerts": "a",
  "/files": "f",
  "/users": "u",
  "/keys": "k",
  "/audit": "t",
  "/settings": "e",
  "/activity": "y",
};

const shown: Readonly<Record<string, string>> = {
  ArrowDown: "↓",
  ArrowUp: "↑",
  ArrowLeft: "←",
  ArrowRight: "→",
  " ": "Space",
  Escape: "Esc",
};

/** A key as people read it: `Ctrl K`, `⌘K`, `Shift ↓`. */
export function keyText(key: string, isMac: boolean): string {
  const parts = key.split("+");
  const name = parts.pop() ?? "";
  const main = shown[name] ?? (parts.length > 0 && name.length === 1 ? name.toUpperCase() : name);
  const modifiers = parts.map((part) => (part === "Mod" ? (isMac ? "⌘" : "Ctrl") : part));
  return isMac && modifiers.includes("⌘") ? `${modifiers.join("")}${main}` : [...modifiers, main].join(" ");
}

/** The first key of a binding in the syntax of `aria-keyshortcuts`: `Control+K`, `Shift+N`. */
export function ariaKey(name: KeyName, isMac: boolean): string {
  const key = keyTable[name].keys[0];
  if (/^[A-Z]$/.test(key)) return `Shift+${key}`;
  if (key === " ") return "Space";
  return key.replace("Mod", isMac ? "Meta" : "Control");
}
