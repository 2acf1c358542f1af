const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Length of what {@link toUtcTime} returns. */
export const UTC_TIME_LENGTH = 30;

/**
 * An RFC 3339 time with any offset and up to nine digits, as UTC with nine: such times order as text.
 * Undefined when the text is none.
 */
export function toUtcTime(text: string): string | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [, seconds = "", fraction = "", offset = ""] = match;
  const at = Date.parse(`${seconds}${offset}`);
  if (Number.isNaN(at)) return undefined;
  return `${new Date(at).toISOString().slice(0, 19)}.${fraction.padEnd(9, "0")}Z`;
}

/** Milliseconds since 1970, fractions included, as a UTC time with nine digits. */
export function utcTimeOf(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const nanos = Math.round((milliseconds - whole) * 1_000_000);
  return `${new Date(whole).toISOString().slice(0, -1)}${String(Math.min(nanos, 999_999)).padStart(6, "0")}Z`;
}
