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

/** What a new container, and with it its volumes and network, may be called: a host name, too, so that others find it. */
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

/** Least and most memory that may be asked for, in MiB. */
export const MEMORY_MIN = 16;
export const MEMORY_MAX = 1024 * 1024;

/** Where a service is reached: at this machine's own loopback address, or at every address it has. */
export const publishChoices = ["local", "public"] as const;
export type PublishChoice = (typeof publishChoices)[number];

export const networkChoice = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("bridge") }),
  z.strictObject({ kind: z.literal("own") }),
  z.strictObject({ kind: z.literal("existing"), name: newContainerName }),
]);
export type NetworkChoice = z.output<typeof networkChoice>;

/** All that a caller decides. Image, paths, commands and rights are the entry's. */
export const installInput = z.strictObject({
  name: newContainerName,
  /** One of the entry's tags. */
  tag: z.string().min(1).max(128),
  /** By the name of the variable; the entry's defaults for those not given. */
  answers: z.record(variableName, z.string().max(1_000)).default({}),
  /** By the id of the port: a port of the host, or null for one that is not published. */
  hostPorts: z.record(partId, z.int().min(1).max(65_535).nullable()).default({}),
  publish: z.enum(publishChoices).default("local"),
  /** Limit in MiB; null for none. */
  memory: z.int().min(MEMORY_MIN).max(MEMORY_MAX).nullable().default(null),
  network: networkChoice.default({ kind: "bridge" }),
  /** Volumes of these names that exist already are used with what they hold. */
  reuseVolumes: z.boolean().default(false),
});
export type InstallInput = z.output<typeof installInput>;
export type InstallRequest = z.input<typeof installInput>;

/** A container of this host that was installed from an entry. */
export interface InstalledService {
  id: string;
  name: string;
  /** Of the Engine: `running`, `exited`, … */
  state: string;
}

/** An entry as the list shows it. */
export interface CatalogueSummary {
  id: string;
  name: string;
  category: CatalogueCategory;
  /** One line. */
  description: string;
  /** SPDX, or the name of the licence. */
  licence: string;
  image: string;
  /** Least memory it is of use with, in MiB. */
  memory: number;
  hasPage: boolean;
  /** Null while the Engine does not answer: then it is not known. */
  installed: InstalledService[] | null;
}

/** A question of the entry's form. */
export interface CatalogueQuestion {
  /** The variable it sets. */
  variable: string;
  label: string;
  hint?: string;
  default: string;
  /** What the whole answer must match. */
  pattern: string;
  /** It is not shown while typed, nor in the preview. */
  secret: boolean;
}

export interface CataloguePort {
  id: string;
  label: string;
  container: number;
  protocol: "tcp" | "udp";
  /** Port of the host that is offered first. */
  suggested: number;
}

export interface CatalogueTag {
  tag: string;
  note?: string;
}

/** An entry with all that its form is made of. */
export interface CatalogueDetail extends CatalogueSummary {
  homepage: string;
  documentation: string;
  /** The first is offered. */
  tags: CatalogueTag[];
  ports: CataloguePort[];
  volumes: { id: string; label: string; path: string }[];
  questions: CatalogueQuestion[];
  /** Variables whose values are made at random. */
  generated: { variable: string; length: number }[];
  notes: string[];
  hasHealthCheck: boolean;
}

/** Something that stands in the way of an installation, and the part of the form it is about. */
export interface InstallProblem {
  /** `name`, `tag`, `network`, `memory`, `volumes`, `answers.<variable>`, `hostPorts.<port id>` */
  field: string;
  message: string;
}

/** What would be made, to the letter; secrets are masked. */
export interface InstallPreview {
  image: string;
  /** Body of the Engine's `POST /containers/create`. */
  document: Record<string, unknown>;
  /** The same as a command. */
  command: string;
  /** The same as a compose file. */
  compose: string;
  ports: (CataloguePort & { hostPort: number | null; hostAddress: string })[];
  volumes: { name: string; path: string; exists: boolean }[];
  network: { name: string; isNew: boolean };
  problems: InstallProblem[];
  warnings: string[];
  /** Address of its page as seen from the host, if it has one that is published. */
  page: string | null;
}

/** Something to log in with; told once. */
export interface Credential {
  label: string;
  value: string;
  secret: boolean;
}
