import { z } from "zod";

export const catalogueCategories = [
  "database",
  "cache",
  "queue",
  "search",
  "storage",
  "monitoring",
  "web",
  "development",
  "automation",
  "ai",
  "productivity",
  "media",
  "security",
] as const;
export type CatalogueCategory = (typeof catalogueCategories)[number];

export const catalogueId = z
  .string()
  .max(40)
  .regex(/^[a-z0-9][a-z0-9-]*$/, "must be the id of an entry");

/** Name of a new container, and prefix of its volumes and network. It is a host name too, so that other containers can reach it. */
export const newContainerName = z
  .string()
  .min(2)
  .max(63)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, "may hold letters, digits, dots, dashes and underscores");

const partId = z
  .string()
  .max(40)
  .regex(/^[a-z0-9][a-z0-9-]*$/);
const variableName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/);

/** Bounds of the memory limit, in MiB. */
export const MEMORY_MIN = 16;
export const MEMORY_MAX = 1024 * 1024;

/** Addresses a port is published on: the loopback address, or all addresses of the host. */
export const publishChoices = ["local", "public"] as const;
export type PublishChoice = (typeof publishChoices)[number];

export const networkChoice = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("bridge") }),
  z.strictObject({ kind: z.literal("own") }),
  z.strictObject({ kind: z.literal("existing"), name: newContainerName }),
]);
export type NetworkChoice = z.output<typeof networkChoice>;

/** Everything that a caller decides. Image, paths, commands and capabilities come from the entry. */
export const installInput = z.strictObject({
  name: newContainerName,
  /** One of the entry's tags. */
  tag: z.string().min(1).max(128),
  /** Values by name of the variable; others have the default of the entry. */
  answers: z.record(variableName, z.string().max(1_000)).default({}),
  /** Host ports by id of the port; null: not published. */
  hostPorts: z.record(partId, z.int().min(1).max(65_535).nullable()).default({}),
  publish: z.enum(publishChoices).default("local"),
  /** Limit in MiB; null for none. */
  memory: z.int().min(MEMORY_MIN).max(MEMORY_MAX).nullable().default(null),
  network: networkChoice.default({ kind: "bridge" }),
  /** Uses existing volumes of the same names, with their data. */
  reuseVolumes: z.boolean().default(false),
});
export type InstallInput = z.output<typeof installInput>;
export type InstallRequest = z.input<typeof installInput>;

/** A container of this host that was installed from an entry. */
export const installedServiceSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string().describe("State at the Engine: `running`, `exited`, …"),
});
export type InstalledService = z.infer<typeof installedServiceSchema>;

/** An entry in the list. */
export const catalogueSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  category: z.enum(catalogueCategories),
  description: z.string().describe("One line."),
  licence: z.string().describe("SPDX identifier, or the name of the licence."),
  image: z.string(),
  memory: z.int().describe("Lowest useful memory, in MiB."),
  hasPage: z.boolean().describe("Whether it has a web interface."),
  installed: z
    .array(installedServiceSchema)
    .nullable()
    .describe("Containers of this host that were installed from it; null when the Docker Engine is not available."),
});
export type CatalogueSummary = z.infer<typeof catalogueSummarySchema>;

/** A field of the form for an entry. */
export const catalogueQuestionSchema = z.object({
  variable: z.string().describe("The variable it sets."),
  label: z.string(),
  hint: z.string().optional(),
  default: z.string(),
  pattern: z.string().describe("Regular expression that the whole value must match."),
  secret: z.boolean().describe("The value is hidden while typed, and in the preview."),
});
export type CatalogueQuestion = z.infer<typeof catalogueQuestionSchema>;

export const cataloguePortSchema = z.object({
  id: z.string(),
  label: z.string(),
  container: z.int(),
  protocol: z.enum(["tcp", "udp"]),
  suggested: z.int().describe("Default port on the host."),
});
export type CataloguePort = z.infer<typeof cataloguePortSchema>;

export const catalogueTagSchema = z.object({ tag: z.string(), note: z.string().optional() });
export type CatalogueTag = z.infer<typeof catalogueTagSchema>;

/** An entry with all data of its form. */
export const catalogueDetailSchema = catalogueSummarySchema.extend({
  homepage: z.url(),
  documentation: z.url(),
  tags: z.array(catalogueTagSchema).describe("The first is the default."),
  ports: z.array(cataloguePortSchema),
  volumes: z.array(z.object({ id: z.string(), label: z.string(), path: z.string() })),
  questions: z.array(catalogueQuestionSchema),
  generated: z.array(z.object({ variable: z.string(), length: z.int() })).describe("Variables with random values."),
  notes: z.array(z.string()),
  hasHealthCheck: z.boolean(),
});
export type CatalogueDetail = z.infer<typeof catalogueDetailSchema>;

export const installProblemSchema = z.object({
  field: z
    .string()
    .describe("`name`, `tag`, `network`, `memory`, `volumes`, `answers.<variable>` or `hostPorts.<port id>`."),
  message: z.string(),
});
export type InstallProblem = z.infer<typeof installProblemSchema>;

/** Everything that an installation creates. Secrets are masked. */
export const installPreviewSchema = z.object({
  image: z.string(),
  document: z.record(z.string(), z.unknown()).describe("Body of the Engine's `POST /containers/create`."),
  command: z.string().describe("The same as a docker command."),
  compose: z.string().describe("The same as a compose file."),
  ports: z.array(cataloguePortSchema.extend({ hostPort: z.int().nullable(), hostAddress: z.string() })),
  volumes: z.array(z.object({ name: z.string(), path: z.string(), exists: z.boolean() })),
  network: z.object({ name: z.string(), isNew: z.boolean() }),
  problems: z.array(installProblemSchema).describe("Each of them prevents the installation."),
  warnings: z.array(z.string()),
  page: z.string().nullable().describe("Address of its web interface on the host; null without a published one."),
});
export type InstallPreview = z.infer<typeof installPreviewSchema>;

/** A value to log in with; sent once. */
export const credentialSchema = z.object({ label: z.string(), value: z.string(), secret: z.boolean() });
export type Credential = z.infer<typeof credentialSchema>;
