import { z } from "zod";

/**
 * A whole number in a query or path: digits only. Other forms that `Number` accepts (`1e2`, `0x10`, ` 5 `) are refused.
 */
export const queryNumber = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,15})$/, "must be a whole number")
    .meta({ type: "integer", minimum: min, maximum: max })
    .transform(Number)
    .pipe(z.int().min(min).max(max));
