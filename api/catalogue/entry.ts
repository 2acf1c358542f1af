import { z } from "zod";
import { catalogueCategories, catalogueId, MEMORY_MAX, MEMORY_MIN } from "../../shared/protocol/catalogue.ts";

/** Capabilities of Docker's default set that are dropped unless an entry needs them. None is ever added. */
export const droppedCapabilities = ["MKNOD", "NET_RAW", "SETFCAP"] as const;

const partId = catalogueId;
const line = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^\p{Cc}]+$/u, "must be one line");
const https = z.url({ protocol: /^https$/ }).max(300);
const port = z.int().min(1).max(65_535);
const absolutePath = z
  .string()
  .max(200)
  .regex(/^(\/[A-Za-z0-9._-]+)+$/, "must be an absolute path")
  .refine((path) => !path.split("/").includes(".."), "must not contain `..`");
const variableName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/);
/** Text with `{name}`, `{host}`, `{port:<id>}` and `{env:<variable>}` in it. */
const template = z.string().min(1).max(500);

const variable = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("fixed"), name: variableName, value: z.string().max(1_000) }),
  /** Generated for each installation. */
  z.strictObject({
    kind: z.literal("secret"),
    name: variableName,
    length: z.int().min(24).max(128),
    charset: z.enum(["alphanumeric", "hex"]).default("alphanumeric"),
    /** For templates only: not set in the container. */
    internal: z.boolean().default(false),
    /** Prefix, for images that require certain kinds of characters. */
    prefix: z
      .string()
      .max(8)
      .regex(/^[A-Za-z0-9_.-]+$/)
      .optional(),
  }),
  z.strictObject({
    kind: z.literal("asked"),
    name: variableName,
    label: line,
    hint: line.optional(),
    default: z.string().max(200),
    /** Must match the whole answer; an answer may be empty only if the pattern allows it. */
    pattern: z.string().min(1).max(200),
    secret: z.boolean().default(false),
    internal: z.boolean().default(false),
  }),
  z.strictObject({ kind: z.literal("derived"), name: variableName, template }),
]);

/** One service of the catalogue: its whole container, except for the few settings that the form asks for. */
export const catalogueEntry = z.strictObject({
  id: catalogueId,
  name: line,
  category: z.enum(catalogueCategories),
  description: line.max(140),
  homepage: https,
  documentation: https,
  licence: line.max(60),
  /** Without a tag. */
  image: z
    .string()
    .max(200)
    .regex(/^[a-z0-9][a-z0-9._:/-]*$/, "must be an image without its tag"),
  tags: z
    .array(
      z.strictObject({
        tag: z
          .string()
          .max(128)
          .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/),
        note: line.max(60).optional(),
        /** Paths of volumes, by id, that differ in this version. */
        paths: z.record(partId, absolutePath).optional(),
      }),
    )
    .min(1)
    .max(6),
  ports: z
    .array(
      z.strictObject({
        id: partId,
        label: line.max(40),
        container: port,
        protocol: z.enum(["tcp", "udp"]).default("tcp"),
        /** Suggested first; the next free port when it is in use. */
        suggested: port,
      }),
    )
    .max(8),
  /** The port of its web page. */
  page: z
    .strictObject({
      port: partId,
      path: z
        .string()
        .max(100)
        .regex(/^\/[A-Za-z0-9._/-]*$/)
        .default("/"),
      scheme: z.enum(["http", "https"]).default("http"),
    })
    .optional(),
  volumes: z.array(z.strictObject({ id: partId, label: line.max(60), path: absolutePath })).max(8),
  environment: z.array(variable).max(40),
  /** Replaces the image's command. Secrets appear as `"$VARIABLE"` for a shell in the container, never as values. */
  command: z.array(z.string().min(1).max(1_000)).max(20).optional(),
  entrypoint: z.array(z.string().min(1).max(200)).max(5).optional(),
  /** `image`: the image defines one. Null: none is possible; the container counts as started once it keeps running. */
  health: z.union([
    z.literal("image"),
    z.null(),
    z.strictObject({
      test: z
        .array(z.string().min(1).max(500))
        .min(2)
        .max(20)
        .refine(
          ([kind, ...rest]) => kind === "CMD" || (kind === "CMD-SHELL" && rest.length === 1),
          "must be CMD, or CMD-SHELL and one text",
        ),
      intervalSeconds: z.int().min(1).max(120).default(10),
      timeoutSeconds: z.int().min(1).max(60).default(5),
      retries: z.int().min(1).max(50).default(6),
    }),
  ]),
  /** Time limit of the first start, in seconds. */
  startSeconds: z.int().min(5).max(900).default(120),
  /** Time between SIGTERM and SIGKILL, in seconds. */
  stopSeconds: z.int().min(1).max(300).default(10),
  memory: z.int().min(MEMORY_MIN).max(MEMORY_MAX),
  /** Shared memory in MiB, where the default of 64 is too little. */
  sharedMemory: z.int().min(64).max(4_096).optional(),
  /** For services that store data by host name. */
  hostname: partId.optional(),
  /** Capabilities that are kept, see `droppedCapabilities`. */
  keepCapabilities: z.array(z.enum(droppedCapabilities)).max(droppedCapabilities.length).default([]),
  /** Limit of processes and threads. */
  pids: z.int().min(64).max(32_768).default(2_048),
  openFiles: z.int().min(1_024).max(1_048_576).optional(),
  notes: z.array(line).max(8).default([]),
  credentials: z
    .array(z.strictObject({ label: line.max(40), value: template, secret: z.boolean().default(false) }))
    .max(8)
    .default([]),
});

export type CatalogueEntry = z.output<typeof catalogueEntry>;
export type CatalogueEntryInput = z.input<typeof catalogueEntry>;
export type EntryVariable = CatalogueEntry["environment"][number];
