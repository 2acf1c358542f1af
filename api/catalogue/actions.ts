import { z } from "zod";
import { catalogueId, credentialSchema, type InstallInput, installInput } from "../../shared/protocol/catalogue.ts";
import { jobId } from "../../shared/protocol/identifier.ts";
import { type ActionTarget, action } from "../actions/action.ts";
import { hostTarget } from "../actions/host-target.ts";
import { serviceKey } from "../services/service-access.ts";
import { requireEntry } from "./catalogue.ts";
import type { CatalogueEntry } from "./entry.ts";
import { installEntry } from "./install/install.ts";
import { requireInstallable } from "./install/preview.ts";

const tag = "Catalogue";

interface Installation {
  entry: CatalogueEntry;
  /** Of the container to create. */
  name: string;
}

/** A service to install, which nothing prevents at the time of the request. */
const installationTarget: ActionTarget<{ params: { id: string }; body: InstallInput }, Installation> = {
  resolve: async ({ params, body }, { deps, host }) => {
    const entry = requireEntry(deps.catalogue, params.id);
    await requireInstallable(deps.docker, entry, body, host);
    return { entry, name: body.name };
  },
  label: ({ name }) => name,
  inputLabel: ({ body }) => body.name,
  services: ({ name }) => [name],
  rooms: ({ name }) => [name],
  locks: ({ name }) => ({ exclusive: [serviceKey(name)] }),
};

const installService = action({
  name: "catalogue:install",
  method: "POST",
  path: "/catalogue/:id/install",
  title: "Install a service",
  tag,
  description: "Its credentials can be claimed once, within ten minutes after the job succeeds.",
  permission: "catalogue:install",
  hostScope: true,
  params: z.object({ id: catalogueId }),
  body: installInput,
  mode: "enqueue",
  target: installationTarget,
  detail: ({ params, body }, { deps }) => {
    const entry = deps.catalogue.find(params.id);
    return entry && `${entry.image}:${body.tag}, ${body.publish}`;
  },
  apply: async ({ body }, { subject: { entry, name }, deps, principal, host, job }) => {
    const { containerId, page, credentials } = await installEntry(deps, entry, body, host, job);
    // Every follower of the job sees its result: secrets are claimed separately.
    if (job.id !== undefined && credentials.length > 0) deps.oneTimeCredentials.keep(job.id, principal, credentials);
    return { entry: entry.id, name, containerId, page, credentials: credentials.length };
  },
});

const claimCredentials = action({
  name: "catalogue:claim-credentials",
  method: "POST",
  path: "/catalogue/installs/:jobId/credentials",
  title: "Claim the credentials of an installation, once",
  tag,
  description: "Only for the caller who started it, within ten minutes after its end.",
  permission: "catalogue:install",
  hostScope: true,
  params: z.object({ jobId }),
  mode: "respond",
  result: { credentials: z.array(credentialSchema) },
  once: ["credentials"],
  target: hostTarget(() => "credentials of an installation"),
  apply: async ({ params }, { deps, principal }) => ({
    credentials: deps.oneTimeCredentials.claim(params.jobId, principal),
  }),
});

export const catalogueActions = [installService, claimCredentials] as const;
