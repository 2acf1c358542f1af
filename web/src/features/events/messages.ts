/** Texts of events on a time axis. */
export const eventMessages = {
  title: "Events",
  none: "No alert, action, exit or restart in this period.",
} as const;
