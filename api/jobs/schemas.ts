import { z } from "zod";
import { type Job, jobStates } from "../../shared/protocol/job.ts";
import { type ErrorCode, errorStatus } from "../../shared/protocol/result.ts";

const codes = Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]];

export const jobSchema = z.object({
  id: z.string(),
  kind: z.string().describe("What is done, such as image:pull."),
  target: z.string(),
  state: z.enum(jobStates),
  steps: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      state: z.string(),
      current: z.number().optional(),
      total: z.number().optional(),
    }),
  ),
  lines: z.array(z.string()).describe("Newest lines of output."),
  lineCount: z.int().describe("Lines so far, those no longer held included."),
  result: z.record(z.string(), z.unknown()).nullable(),
  error: z
    .object({
      code: z.enum(codes),
      message: z.string(),
      detail: z.string().optional().describe("Docker's or the registry's own words, masked."),
    })
    .nullable(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  revision: z.int().describe("Counts up with every change."),
}) satisfies z.ZodType<Job>;
