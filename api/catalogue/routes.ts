import type { Context } from "hono";
import { z } from "zod";
import { canSeeService } from "../../shared/protocol/access.ts";
import {
  type CatalogueDetail,
  type CatalogueSummary,
  catalogueDetailSchema,
  catalogueId,
  catalogueSummarySchema,
  type InstalledService,
  installInput,
  installPreviewSchema,
} from "../../shared/protocol/catalogue.ts";
import { ok } from "../../shared/protocol/result.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import type { ApiDeps } from "../deps.ts";
import { callerOf, createConcurrencyLimit } from "../http/concurrency-limit.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { requireEntry } from "./catalogue.ts";
import type { CatalogueEntry } from "./entry.ts";
import { CATALOGUE_LABEL, promptsOf } from "./install/plan.ts";
import { joinableNetworks, previewInstall } from "./install/preview.ts";
import { secretsOf } from "./install/secrets.ts";
import { catalogueErrors } from "./messages.ts";

const tag = "Catalogue";
const params = z.object({ id: catalogueId });

/** Services that can be installed, and previews of installations: `/api/catalogue`. */
export function catalogueRoutes({ docker, catalogue }: Pick<ApiDeps, "docker" | "catalogue">) {
  const previews = createConcurrencyLimit({
    total: 8,
    perCaller: 2,
    queue: 6,
    message: catalogueErrors.tooManyPreviews,
  });

  /** Installed services by entry, restricted to those the caller can see; null for each without an Engine. */
  const installedFor = async (c: Context<ApiEnv>): Promise<(id: string) => InstalledService[] | null> => {
    const { limits } = c.get("principal");
    const byEntry = await orUnknown(docker.labelled(CATALOGUE_LABEL));
    return (id) => byEntry && (byEntry.get(id) ?? []).filter(({ name }) => canSeeService(limits, name));
  };

  return createRoutes()
    .get(
      "/",
      described({
        tag,
        summary: "List the services that can be installed",
        answer: { entries: z.array(catalogueSummarySchema) },
      }),
      async (c) => {
        const installed = await installedFor(c);
        return c.json(ok({ entries: catalogue.entries.map((entry) => toSummary(entry, installed(entry.id))) }));
      },
    )
    .get(
      "/:id",
      described({
        tag,
        summary: "Get an entry with its prompts and the networks it can join",
        answer: {
          entry: catalogueDetailSchema,
          networks: z.array(z.string()).nullable().describe("Null while the Docker Engine does not answer."),
        },
      }),
      validated("param", params),
      async (c) => {
        const entry = requireEntry(catalogue, c.req.valid("param").id);
        const [installed, networks] = await Promise.all([installedFor(c), joinable(c)]);
        return c.json(ok({ entry: toDetail(entry, installed(entry.id)), networks }));
      },
    )
    .post(
      "/:id/preview",
      described({
        tag,
        summary: "Preview an installation exactly as it would be created",
        description: "Changes nothing. Ports that are not given default to the next free ones.",
        answer: { preview: installPreviewSchema },
      }),
      validated("param", params),
      validated("json", installInput),
      async (c) => {
        const entry = requireEntry(catalogue, c.req.valid("param").id);
        const preparePreview = () => previewInstall(docker, entry, c.req.valid("json"), hostOf(c));
        const { preview } = await previews.run(callerOf(c), preparePreview, c.req.raw.signal);
        return c.json(ok({ preview }));
      },
    );

  /** Network names reveal what else runs here: only for callers who may install. */
  async function joinable(c: Context<ApiEnv>): Promise<string[] | null> {
    if (c.get("principal").limits.services !== null) return [];
    return orUnknown(joinableNetworks(docker));
  }
}

/** Null while the Engine does not respond. */
const orUnknown = <T>(read: Promise<T>): Promise<T | null> =>
  read.catch((error: unknown) => {
    if (error instanceof UnavailableError) return null;
    throw error;
  });

/** The host name in the caller's request; the guard has checked it. */
const hostOf = (c: Context<ApiEnv>): string => new URL(c.req.url).hostname;

const toSummary = (entry: CatalogueEntry, installed: InstalledService[] | null): CatalogueSummary => ({
  id: entry.id,
  name: entry.name,
  category: entry.category,
  description: entry.description,
  licence: entry.licence,
  image: entry.image,
  memory: entry.memory,
  hasPage: entry.page !== undefined,
  installed: installed?.map(({ id, name, state }) => ({ id, name, state })) ?? null,
});

const toDetail = (entry: CatalogueEntry, installed: InstalledService[] | null): CatalogueDetail => ({
  ...toSummary(entry, installed),
  homepage: entry.homepage,
  documentation: entry.documentation,
  ports: entry.ports,
  notes: entry.notes,
  tags: entry.tags.map(({ tag, note }) => ({ tag, note })),
  volumes: entry.volumes,
  questions: promptsOf(entry).map(({ name, label, hint, default: defaultAnswer, pattern, secret }) => ({
    variable: name,
    label,
    default: defaultAnswer,
    pattern,
    secret,
    hint,
  })),
  generated: secretsOf(entry).map(({ name, length }) => ({ variable: name, length })),
  hasHealthCheck: entry.health !== null,
});
