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
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { findActivity, listActivity, toDetail } from "./read.ts";

const tag = "Activity";

/** Reads of the record of actions: `/api/activity`. A caller sees the actions on targets that the caller can see. */
export const activityRoutes = (deps: Pick<ApiDeps, "activity" | "docker" | "processes" | "jobs">) =>
  createRoutes()
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
        const page = await listActivity(deps, c.get("principal"), c.req.valid("query"));
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
