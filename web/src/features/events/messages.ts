/** Texts of events on a time axis. */
export const eventMessages = {
  title: "Events",
  none: "No alert and no action in this period.",
} as const;
