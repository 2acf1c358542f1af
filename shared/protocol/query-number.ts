import { z } from "zod";

/**
 * A whole number in a query or a path, written plainly: digits, without sign, spaces, exponent or other bases. What
 * `Number` takes beyond that (`1e2`, `0x10`, ` 5 `) is refused.
 */
export const queryNumber = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,15})$/, "must be a whole number")
    .meta({ type: "integer", minimum: min, maximum: max })
    .transform(Number)
    .pipe(z.int().min(min).max(max));
