import { z } from "zod";
import { parseImageReference } from "./image-reference.ts";

/** Host of a registry as in image references, such as `ghcr.io` or `127.0.0.1:5000`; `docker.io` is Docker Hub. */
export const registryHost = z
  .string()
  .min(1)
  .max(255)
  // The part before the first slash of a reference only: no scheme, no user, no path.
  .refine(
    (host) => !host.includes("/") && parseImageReference(`${host}/a/b`)?.registry === host,
    "must be the host of a registry, such as ghcr.io",
  );

export const addRegistryRequest = z.strictObject({
  host: registryHost,
  username: z.string().min(1).max(255),
  /** Password or access token: sent to that host only, and never returned. */
  password: z.string().min(1).max(8_192),
});
export type AddRegistry = z.output<typeof addRegistryRequest>;

/** A log-in at a registry, without its password. */
export const registrySchema = z.object({
  id: z.string(),
  host: z.string(),
  username: z.string(),
  createdAt: z.iso.datetime(),
});
export type Registry = z.infer<typeof registrySchema>;
