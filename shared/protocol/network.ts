import { z } from "zod";
import { containerRef } from "./identifier.ts";
import type { ContainerUse } from "./image.ts";
import { newLabels } from "./volume.ts";

/** Exact name or full id. */
export const networkRef = containerRef;

export const createNetworkRequest = z
  .strictObject({
    name: z
      .string()
      .max(128)
      .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, "must be a name of letters, digits and _ . -"),
    /** No way out of the host, and none in. */
    internal: z.boolean().default(false),
    /** Such as `172.30.0.0/16`; the Engine picks one when absent. */
    subnet: z.union([z.cidrv4(), z.cidrv6()]).optional(),
    gateway: z.union([z.ipv4(), z.ipv6()]).optional(),
    labels: newLabels.default({}),
  })
  .refine(({ subnet, gateway }) => gateway === undefined || subnet !== undefined, {
    message: "needs a subnet beside it",
    path: ["gateway"],
  });
export type CreateNetwork = z.output<typeof createNetworkRequest>;

export const connectRequest = z.strictObject({
  container: containerRef,
  /** Further names the container answers to in this network. */
  aliases: z
    .array(z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/, "must be a host name"))
    .max(10)
    .default([]),
});
export const disconnectRequest = z.strictObject({ container: containerRef, force: z.boolean().default(false) });

export interface Network {
  id: string;
  name: string;
  driver: string;
  scope: string;
  internal: boolean;
  /** `bridge`, `host` and `none`, which the Engine does not give away. */
  builtIn: boolean;
  subnets: string[];
  composeProject: string | null;
  /** ISO 8601. */
  createdAt: string;
  usedBy: ContainerUse[];
}

export interface NetworkEndpoint {
  container: string;
  ipAddress: string | null;
  macAddress: string | null;
}

export interface NetworkDetail extends Network {
  ipv6: boolean;
  attachable: boolean;
  gateways: string[];
  labels: Record<string, string>;
  options: Record<string, string>;
  /** Of the containers that run. */
  endpoints: NetworkEndpoint[];
}
