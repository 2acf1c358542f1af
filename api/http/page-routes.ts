import type { ExtractSchema } from "hono/types";
import type { Routes } from "../../shared/protocol/routes.ts";
import type { ApiApp } from "../app.ts";

// The type check compares the protocol's table of routes with the router of the API. Nothing here runs.

type Router = ExtractSchema<ApiApp>;
type Split<Key> = Key extends `${infer Method} ${infer Path}`
  ? [method: `$${Lowercase<Method>}`, path: `/api${Path}`]
  : never;
type Endpoint<Key> = Split<Key>[1] extends keyof Router
  ? Split<Key>[0] extends keyof Router[Split<Key>[1]]
    ? Router[Split<Key>[1]][Split<Key>[0]]
    : never
  : never;

/** What is wrong with an entry of the table; `never` when it is right. */
type Problem<Key extends keyof Routes> = [Endpoint<Key>] extends [never]
  ? "no such route"
  : Endpoint<Key> extends { input: infer Input; output: infer Output }
    ? [Exclude<Output, { success: false }>] extends [{ success: true } & Routes[Key]["answer"]]
      ? Omit<Routes[Key], "answer"> extends Partial<Input>
        ? never
        : "the request differs"
      : "the response differs"
    : "no such route";

type Problems = { [Key in keyof Routes as [Problem<Key>] extends [never] ? never : Key]: Problem<Key> };

/** Does not compile when an entry of the table differs from its route: the error names the entry. */
export const pageRouteProblems: Problems = {};
