import { accessAreas, account, audit, keys, session, setup, users } from "./api/access.ts";
import { alerts } from "./api/alerts.ts";
import { deployments } from "./api/deployments.ts";
import { files } from "./api/files.ts";
import { jobs } from "./api/jobs.ts";
import { logs } from "./api/logs.ts";
import { mcp } from "./api/mcp.ts";
import { services } from "./api/services.ts";
import { settings } from "./api/settings.ts";
import { stacks } from "./api/stacks.ts";
import { gettingStarted, system } from "./api/system.ts";

export { ApiFailure, detailOf, toMessage, toReport } from "./api/failure.ts";

/** The REST API, one member a domain. Every call throws an ApiFailure on a refusal. */
export const api = {
  services,
  stacks,
  alerts,
  jobs,
  deployments,
  logs,
  system,
  gettingStarted,
  mcp,
  files,
  setup,
  session,
  account,
  accessAreas,
  users,
  keys,
  audit,
  settings,
};
