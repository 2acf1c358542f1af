import { z } from "zod";
import { hasControlCharacter } from "./control-character.ts";

/** Characters of a deployment's id. */
export const DEPLOYMENT_ID_MAX = 1024;

/** Container name or id by the Engine's own grammar (`[a-zA-Z0-9][a-zA-Z0-9_.-]+`), capped well above its 64-character ids. */
export const containerRef = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, "must be a container name or id");

/** An id a client chooses for its own bookkeeping (serviceId, deploymentId, serverId): printable, short, never a path or markup by itself. */
export const opaqueId = z
  .string()
  .min(1)
  .max(255)
  .refine((id) => !hasControlCharacter(id), "must not hold control characters");

/** A deployment's id, or the word a client has for it. */
export const deploymentId = z
  .string()
  .min(1)
  .max(DEPLOYMENT_ID_MAX)
  .refine((id) => !hasControlCharacter(id), "must not hold control characters");

/** A PM2 process name: compared for equality with the daemon's list and used in no other way. */
export const processName = opaqueId;

/** A path inside the file root: `/`-separated, absolute from the root's point of view or relative to it. */
export const filePath = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes("\0"), "must not hold NUL");

/** Position in a log, handed out by the server and given back unchanged. */
export const cursor = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[A-Za-z0-9._:~-]+$/, "must be a cursor from an earlier event");

/** Lines of history a subscriber may ask for at once. */
export const tail = z.int().min(0).max(10_000).default(100);

/** Whether a subscriber wants each line's own time beside that of the last one. */
export const ages = z.boolean().default(false);

/** Id of a job. The server makes it from random bytes: a caller who knows it may follow the job. */
export const jobId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/, "must be the id of a job");
