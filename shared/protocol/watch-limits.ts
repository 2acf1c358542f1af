/** Seconds of the lines of usage. */
export const TREND_SECONDS = 900;
/** Seconds in which restarts are counted. */
export const RESTART_WINDOW_SECONDS = 600;
