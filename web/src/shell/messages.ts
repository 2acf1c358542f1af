/** Texts of the frame around every page. */
export const shellMessages = {
  skip: "Skip to content",
  openNavigation: "Navigation",
  closeNavigation: "Close navigation",
  jump: "Jump to…",
  failing: (count: number) => `${count} failing`,
  running: (running: number, total: number) => `${running} of ${total} running`,
} as const;

export const connectionMessages = {
  idle: "Not connected",
  connecting: "Connecting",
  live: "Live",
  silent: "Not answering",
  reconnecting: "Reconnecting",
  polling: "Live by polling",
  pollingHint: "WebSockets are blocked on the way to the server. Live data comes by long polling instead.",
  lost: "Connection lost, reconnecting. Data may be out of date; logs will catch up.",
  silentHint: "The live server does not answer. Data may be out of date; logs will catch up.",
  tryNow: "Try now",
  waiting: "Waiting for the server…",
  notLoaded: "The page could not be loaded",
  unreachable: "The server does not respond",
  refused: "The server refused the request",
  unreachableHint: "The page is loaded, but its API cannot be reached. It may be starting, or stopped.",
  tryAgain: "Try again",
} as const;

export const themeLabels = { light: "Light", dark: "Dark", system: "System" } as const;

export const accountMessages = {
  theme: "Theme",
  account: "Account and sessions",
  gettingStarted: "Getting started",
  signOut: "Sign out",
} as const;

export const keyMessages = {
  title: "Keyboard shortcuts",
  contexts: { everywhere: "Everywhere", list: "Lists", log: "Log" },
  pages: "Go to",
  or: "or",
  letterKeys: "Single-character shortcuts",
  letterKeysHint: "Off: only arrows, Home, End, Enter, Space, Esc and combinations with Ctrl or ⌘ work.",
} as const;

export const paletteMessages = {
  title: "Command palette",
  search: "Search pages, things and actions",
  placeholder: "Jump to anything, or: restart web, log web db, new stack",
  page: "Page",
  theme: "Theme",
  help: "Help",
  matches: "Matches",
  noMatches: "No matches",
  lightTheme: "Light theme",
  darkTheme: "Dark theme",
} as const;

export const notFoundMessages = {
  title: "Page not found",
  heading: "There is no page at this address",
  hint: "The address may be mistyped, or from another version of the panel.",
  home: "Go to Watch",
} as const;
