/** Returns the share of a whole in percent, 0 to 100, with one decimal; 0 if the whole is 0. */
export function toPercent(part: number, whole: number): number {
  if (whole <= 0) return 0;
  return Math.min(100, Math.max(0, Math.round((part / whole) * 1000) / 10));
}
