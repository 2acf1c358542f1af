import { z } from "zod";
import { parseImageReference } from "./image-reference.ts";

/** Host of a registry as references name it, such as `ghcr.io` or `127.0.0.1:5000`; `docker.io` is Docker Hub. */
export const registryHost = z
  .string()
  .min(1)
  .max(255)
  // What stands before the first slash of a reference, and nothing else: no scheme, no user, no path.
  .refine(
    (host) => !host.includes("/") && parseImageReference(`${host}/a/b`)?.registry === host,
    "must be the host of a registry, such as ghcr.io",
  );

export const addRegistryRequest = z.strictObject({
  host: registryHost,
  username: z.string().min(1).max(255),
  /** Password or access token: sent to that host alone, and never told again. */
  password: z.string().min(1).max(8_192),
});
export type AddRegistry = z.output<typeof addRegistryRequest>;

/** A log-in at a registry, without its password. */
export interface Registry {
  id: string;
  host: string;
  username: string;
  /** ISO 8601. */
  createdAt: string;
}
