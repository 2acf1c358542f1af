import type { ValidationTargets } from "hono";
import { validator } from "hono-openapi";
import type { z } from "zod";
import { AppError, describeIssues } from "../../shared/server/errors.ts";

/**
 * Checks one part of a request against a schema before the handler runs, and documents it. The handler reads it with
 * `c.req.valid(target)`. Refuses others with `invalid_input`, in one sentence that repeats no value.
 */
export const validated = <Schema extends z.ZodType, Target extends keyof ValidationTargets>(
  target: Target,
  schema: Schema,
) =>
  validator(target, schema, (result) => {
    if (result.success) return;
    // The issues are those of zod; the common type of schema libraries describes less of them.
    throw new AppError("invalid_input", describeIssues({ issues: result.error } as unknown as z.core.$ZodError));
  });
