/** Starts the names of series of processes: no container's name has a colon. */
const PREFIX = "pm2:";

export const processSeries = (id: string): string => `${PREFIX}${id}`;
export const isProcessSeries = (name: string): boolean => name.startsWith(PREFIX);
export const processOfSeries = (name: string): string => name.slice(PREFIX.length);
