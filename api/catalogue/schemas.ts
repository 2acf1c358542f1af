import { z } from "zod";
import {
  type CatalogueDetail,
  type CatalogueSummary,
  type Credential,
  catalogueCategories,
  type InstallPreview,
} from "../../shared/protocol/catalogue.ts";

const installed = z.object({ id: z.string(), name: z.string(), state: z.string() });
const port = z.object({
  id: z.string(),
  label: z.string(),
  container: z.int(),
  protocol: z.enum(["tcp", "udp"]),
  suggested: z.int().describe("Port of the host that is offered first."),
});

export const catalogueSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  category: z.enum(catalogueCategories),
  description: z.string(),
  licence: z.string(),
  image: z.string(),
  memory: z.int().describe("Least memory it is of use with, in MiB."),
  hasPage: z.boolean(),
  installed: z
    .array(installed)
    .nullable()
    .describe("Containers of this host that were made from it; null while the Docker Engine does not answer."),
}) satisfies z.ZodType<CatalogueSummary>;

export const catalogueDetailSchema = catalogueSummarySchema.extend({
  homepage: z.url(),
  documentation: z.url(),
  tags: z.array(z.object({ tag: z.string(), note: z.string().optional() })).describe("The first is offered."),
  ports: z.array(port),
  volumes: z.array(z.object({ id: z.string(), label: z.string(), path: z.string() })),
  questions: z.array(
    z.object({
      variable: z.string(),
      label: z.string(),
      hint: z.string().optional(),
      default: z.string(),
      pattern: z.string().describe("What the whole answer must match."),
      secret: z.boolean(),
    }),
  ),
  generated: z.array(z.object({ variable: z.string(), length: z.int() })),
  notes: z.array(z.string()),
  hasHealthCheck: z.boolean(),
}) satisfies z.ZodType<CatalogueDetail>;

export const installPreviewSchema = z.object({
  image: z.string(),
  document: z.record(z.string(), z.unknown()).describe("Body of the Engine's create call; secrets are masked."),
  command: z.string().describe("The same as a docker command."),
  compose: z.string().describe("The same as a compose file."),
  ports: z.array(port.extend({ hostPort: z.int().nullable(), hostAddress: z.string() })),
  volumes: z.array(z.object({ name: z.string(), path: z.string(), exists: z.boolean() })),
  network: z.object({ name: z.string(), isNew: z.boolean() }),
  problems: z
    .array(z.object({ field: z.string(), message: z.string() }))
    .describe("What stands in the way; an installation is refused while there is any."),
  warnings: z.array(z.string()),
  page: z.string().nullable(),
}) satisfies z.ZodType<InstallPreview>;

export const credentialSchema = z.object({
  label: z.string(),
  value: z.string(),
  secret: z.boolean(),
}) satisfies z.ZodType<Credential>;
