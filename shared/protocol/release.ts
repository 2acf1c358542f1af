import { z } from "zod";

/** What a process runs. */
export const releaseSchema = z.object({
  version: z.string(),
  commit: z.string().nullable().describe("The commit of the source, which may have had local changes; null: unknown."),
  build: z.string().describe("Equal for processes that run the same release; says nothing else."),
  startedAt: z.iso.datetime(),
  runtime: z.string().describe("Such as `Node.js 24.15.0`."),
});
export type Release = z.infer<typeof releaseSchema>;

/** `GET /version` of the realtime server. */
export const versionAnswer = z.object({ success: z.literal(true), release: releaseSchema });
