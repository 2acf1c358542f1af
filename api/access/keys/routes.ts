import { z } from "zod";
import { apiKeySchema } from "../../../shared/protocol/account.ts";
import { ok } from "../../../shared/protocol/result.ts";
import { createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import type { Accounts } from "../access.ts";
import { canSeeKey, toKeyInfo } from "./key-view.ts";

/** Reads of the API keys: `/api/keys`. Changes are in `actions.ts`. */
export const keysRoutes = ({ access: { keys, users } }: { access: Pick<Accounts, "keys" | "users"> }) =>
  createRoutes().get(
    "/",
    described({ tag: "keys", summary: "List API keys", answer: { keys: z.array(apiKeySchema) } }),
    (c) => {
      const principal = c.get("principal");
      const visible = keys.all().filter((key) => canSeeKey(principal, key));
      return c.json(ok({ keys: visible.map((key) => toKeyInfo(key, users)) }));
    },
  );
