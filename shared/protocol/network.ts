import { z } from "zod";
import { containerRef } from "./identifier.ts";
import { containerUseSchema, labelsSchema } from "./image.ts";
import { newLabels } from "./volume.ts";

/** Exact name or full id. */
export const networkRef = containerRef;

export const createNetworkRequest = z
  .strictObject({
    name: z
      .string()
      .max(128)
      .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, "must be a name of letters, digits and _ . -"),
    /** No connections from or to the outside. */
    internal: z.boolean().default(false),
    /** Such as `172.30.0.0/16`. Default: the Engine chooses one. */
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
  /** Additional names of the container in this network. */
  aliases: z
    .array(z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/, "must be a host name"))
    .max(10)
    .default([]),
});
export const disconnectRequest = z.strictObject({ container: containerRef, force: z.boolean().default(false) });

export const networkSchema = z.object({
  id: z.string(),
  name: z.string(),
  driver: z.string(),
  scope: z.string(),
  internal: z.boolean(),
  builtIn: z.boolean().describe("`bridge`, `host` or `none`: the Engine does not remove them."),
  subnets: z.array(z.string()),
  composeProject: z.string().nullable(),
  createdAt: z.iso.datetime(),
  usedBy: z.array(containerUseSchema),
});
export type Network = z.infer<typeof networkSchema>;

export const networkEndpointSchema = z.object({
  container: z.string(),
  ipAddress: z.string().nullable(),
  macAddress: z.string().nullable(),
});
export type NetworkEndpoint = z.infer<typeof networkEndpointSchema>;

/** One network with all its properties. */
export const networkDetailSchema = networkSchema.extend({
  ipv6: z.boolean(),
  attachable: z.boolean(),
  gateways: z.array(z.string()),
  labels: labelsSchema,
  options: z.record(z.string(), z.string()),
  endpoints: z.array(networkEndpointSchema).describe("Of the running containers."),
});
export type NetworkDetail = z.infer<typeof networkDetailSchema>;
