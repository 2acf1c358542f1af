import * as live from "@/lib/ws-client";
import { api } from "./lib/api.ts";
import { createJobBoard } from "./lib/jobs/job-board.ts";
import { createQueryClient } from "./lib/queries.ts";
import { SignedInApp } from "./SignedInApp.tsx";

/** Creates the dependencies of the signed-in app for each sign-in. Loaded on demand. */
export default function SignedInPage() {
  const jobs = createJobBoard({ rest: api.jobs, live: live.servicesWS });
  return <SignedInApp deps={{ live, jobs, queryClient: createQueryClient() }} />;
}
