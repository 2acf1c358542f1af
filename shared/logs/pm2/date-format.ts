/** Reads the time at the beginning of a line, in milliseconds since 1970, and the length of the text it takes. */
export type ReadDate = (text: string, now: number) => { at: number; length: number } | undefined;

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAY_MS = 86_400_000;

/** The tokens of a PM2 `log_date_format` (those of dayjs), each with what it writes. */
const tokens: Readonly<Record<string, string>> = {
  YYYY: "(\\d{4})",
  YY: "(\\d{2})",
  M: "(\\d{1,2})",
  MM: "(\\d{2})",
  MMM: "([A-Za-z]{3})",
  MMMM: "([A-Za-z]{3,9})",
  D: "(\\d{1,2})",
  DD: "(\\d{2})",
  d: "\\d",
  dd: "[A-Za-z]{2}",
  ddd: "[A-Za-z]{3}",
  dddd: "[A-Za-z]{6,9}",
  H: "(\\d{1,2})",
  HH: "(\\d{2})",
  h: "(\\d{1,2})",
  hh: "(\\d{2})",
  a: "([ap]m)",
  A: "([AP]M)",
  m: "(\\d{1,2})",
  mm: "(\\d{2})",
  s: "(\\d{1,2})",
  ss: "(\\d{2})",
  SSS: "(\\d{3})",
  Z: "([+-]\\d\\d:\\d\\d)",
  ZZ: "([+-]\\d{4})",
};
const tokenPattern = /\[([^\]]+)\]|Y{1,4}|M{1,4}|D{1,2}|d{1,4}|H{1,2}|h{1,2}|a|A|m{1,2}|s{1,2}|Z{1,2}|SSS/g;
const FORMAT_MAX = 200;

const escaped = (literal: string) => literal.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

/**
 * Compiles the format that PM2 writes before each line, followed by `: `. Times without a zone are those of this host.
 * Undefined for a format that does not name at least hours and minutes, or is longer than 200 characters.
 */
export function compileDateFormat(format: string): ReadDate | undefined {
  if (format.length > FORMAT_MAX) return undefined;
  let pattern = "";
  let end = 0;
  const fields: string[] = [];
  for (const match of format.matchAll(tokenPattern)) {
    const [token, literal] = match;
    pattern += escaped(format.slice(end, match.index));
    end = match.index + token.length;
    const written = literal === undefined ? tokens[token] : undefined;
    if (written?.startsWith("(")) fields.push(token);
    pattern += written ?? escaped(literal ?? token);
  }
  pattern += escaped(format.slice(end));
  const has = (...names: string[]) => fields.some((field) => names.includes(field));
  if (!has("H", "HH", "h", "hh") || !has("m", "mm")) return undefined;
  const compiled = new RegExp(`^${pattern}: ?`);
  return (text, now) => {
    const found = compiled.exec(text);
    if (!found) return undefined;
    const at = toTime(new Map(fields.map((field, index) => [field, found[index + 1] as string])), now);
    return Number.isNaN(at) ? undefined : { at, length: found[0].length };
  };
}

function toTime(fields: ReadonlyMap<string, string>, now: number): number {
  const text = (...names: string[]) => names.map((name) => fields.get(name)).find((value) => value !== undefined);
  const number = (otherwise: number, ...names: string[]) => Number(text(...names) ?? otherwise);
  const today = new Date(now);
  const named = text("MMMM", "MMM");
  const month = named ? months.indexOf(named.slice(0, 3).toLowerCase()) : number(today.getMonth() + 1, "MM", "M") - 1;
  if (month === -1) return Number.NaN;
  const short = text("YY");
  const year = short === undefined ? number(today.getFullYear(), "YYYY") : 2000 + Number(short);
  const half = text("a", "A")?.toLowerCase();
  const hour = number(0, "HH", "H", "hh", "h");
  const hours = half === undefined ? hour : (hour % 12) + (half === "pm" ? 12 : 0);
  const rest = [number(today.getDate(), "DD", "D"), hours, number(0, "mm", "m"), number(0, "ss", "s")] as const;
  const zone = text("Z", "ZZ");
  const milliseconds = number(0, "SSS");
  const minutes = zone ? (zone.startsWith("-") ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) : 0;
  const at = (ofYear: number) =>
    zone === undefined
      ? new Date(ofYear, month, ...rest, milliseconds).getTime()
      : Date.UTC(ofYear, month, ...rest, milliseconds) - minutes * 60_000;
  const found = at(year);
  if (found <= now + 1_000) return found;
  // A format without a year or a day: the line is of the last one.
  if (short === undefined && !fields.has("YYYY")) {
    return text("DD", "D") === undefined ? found - DAY_MS : at(year - 1);
  }
  return found;
}
