import { z } from "zod";
import { hasControlCharacter } from "./control-character.ts";

/** Longest id of a deployment, in characters. */
export const DEPLOYMENT_ID_MAX = 1024;

/** Name or id of a container in the grammar of the Engine (`[a-zA-Z0-9][a-zA-Z0-9_.-]+`). Ids have 64 characters. */
export const containerRef = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, "must be a container name or id");

/** An id chosen by the client (serviceId, serverId): without control characters. */
export const opaqueId = z
  .string()
  .min(1)
  .max(255)
  .refine((id) => !hasControlCharacter(id), "must not hold control characters");

/** Id of a deployment, or an id chosen by the client. */
export const deploymentId = z
  .string()
  .min(1)
  .max(DEPLOYMENT_ID_MAX)
  .refine((id) => !hasControlCharacter(id), "must not hold control characters");

/** Name of a PM2 process: only compared with the list of the daemon. */
export const processName = opaqueId;

/** A path inside the file root, separated by `/`: absolute (`/` is the root) or relative to the root. */
export const filePath = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes("\0"), "must not hold NUL");

/** Opaque position in a log, from an earlier event. */
export const cursor = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[A-Za-z0-9._:~-]+$/, "must be a cursor from an earlier event");

/** Lines of history that a subscription starts with. */
export const tail = z.int().min(0).max(10_000).default(100);

/** Whether events include the time of each line, in addition to that of the last line. */
export const ages = z.boolean().default(false);

/** Id of a job. The server makes it from random bytes: a caller who knows it may follow the job. */
export const jobId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/, "must be the id of a job");
