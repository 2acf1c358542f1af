import { z } from "zod";
import {
  activityDetailSchema,
  activityEntrySchema,
  activityOutputQuery,
  activityOutputSchema,
  activityParams,
  activityQuery,
  activityStorageSchema,
} from "../../shared/protocol/activity.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { ApiDeps } from "../deps.ts";
import { callerOf, createConcurrencyLimit } from "../http/concurrency-limit.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { messages } from "./messages.ts";
import { findActivity, listActivity, toDetail } from "./read.ts";

const tag = "Activity";

/** Reads of the record of actions: `/api/activity`. A caller sees the actions on targets that the caller can see. */
export function activityRoutes(deps: Pick<ApiDeps, "activity" | "docker" | "processes" | "jobs">) {
  // Output is searched on the thread that answers everybody.
  const searches = createConcurrencyLimit({ total: 2, perCaller: 1, queue: 8, message: messages.tooManySearches });
  return createRoutes()
    .get(
      "/",
      described({
        tag,
        summary: "Actions of people, keys and the server, newest first",
        description:
          "`text` is searched in names, words and output, in any case. With `kind` `service` or `deployment`, `target` finds every action on that container or process. A search reads a bounded part of the record: continue with `before` while `next` is no null.",
        answer: {
          entries: z.array(activityEntrySchema),
          next: z.int().nullable(),
          storage: activityStorageSchema,
        },
      }),
      validated("query", activityQuery),
      async (c) => {
        const query = c.req.valid("query");
        const list = () => listActivity(deps, c.get("principal"), query);
        const page = await (query.text === undefined ? list() : searches.run(callerOf(c), list, c.req.raw.signal));
        return c.json(ok({ ...page, storage: deps.activity.storage() }));
      },
    )
    .get(
      "/:id",
      described({ tag, summary: "One action with its input and steps", answer: { entry: activityDetailSchema } }),
      validated("param", activityParams),
      async (c) => {
        const record = await findActivity(deps, c.get("principal"), c.req.valid("param").id);
        return c.json(ok({ entry: toDetail(deps, c.get("principal"), record) }));
      },
    )
    .get(
      "/:id/output",
      described({
        tag,
        summary: "A part of the output of an action",
        description:
          "Of output over a mebibyte, the beginning and the end are stored. While the action runs, `GET /api/jobs/:id` and the room of the job have the newest lines.",
        answer: { output: activityOutputSchema },
      }),
      validated("param", activityParams),
      validated("query", activityOutputQuery),
      async (c) => {
        const record = await findActivity(deps, c.get("principal"), c.req.valid("param").id);
        return c.json(ok({ output: deps.activity.store.output(record, c.req.valid("query").after) }));
      },
    );
}
