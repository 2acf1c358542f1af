import * as client from "@/lib/ws-client";
import { api } from "./lib/api.ts";
import { createJobBoard } from "./lib/jobs/job-board.ts";
import { createQueryClient } from "./lib/queries.ts";
import { createStartGate } from "./lib/start-gate.ts";
import { SignedInApp } from "./SignedInApp.tsx";

/** Creates the dependencies of the signed-in app for each sign-in. Loaded on demand. */
export default function SignedInPage() {
  const live = { ...client, gate: createStartGate([client.servicesWS, client.deploymentsWS, client.mcpWS]) };
  const jobs = createJobBoard({ rest: api.jobs, live: live.servicesWS });
  return <SignedInApp deps={{ live, jobs, queryClient: createQueryClient() }} />;
}
