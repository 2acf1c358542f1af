import type { NumberLimits } from "../../../../shared/protocol/setting-limits.ts";

const GIB = 1024 ** 3;

/** The number as it is typed: bytes in GiB, with at most three decimals, and a point as the decimal sign. */
export const toText = ({ unit }: NumberLimits, value: number): string =>
  String(unit === "bytes" ? Math.round((value / GIB) * 1_000) / 1_000 : value);

/** The typed number, with a point or a comma as the decimal sign; undefined when it is none or outside of its bounds. */
export function toValue({ unit, min, max, whole }: NumberLimits, text: string): number | undefined {
  const plain = text.trim().replace(",", ".");
  if (!/^\d{1,15}(\.\d{1,9})?$/.test(plain)) return undefined;
  const value = unit === "bytes" ? Math.round(Number(plain) * GIB) : Number(plain);
  if (value < min || value > max || (whole && !Number.isInteger(value))) return undefined;
  return value;
}
