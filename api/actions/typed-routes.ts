import type { Hono } from "hono";
import type { Schema } from "hono/types";
import type { z } from "zod";
import type { Job } from "../../shared/protocol/job.ts";
import type { ApiEnv } from "../http/context.ts";
import type { Action, ActionMethod } from "./action.ts";

type Input<Key extends string, S> = S extends z.ZodType ? { [K in Key]: z.input<S> } : unknown;

/** A query travels as text. */
type QueryInput<S> = S extends z.ZodType
  ? {
      query: { [K in keyof z.input<S>]: z.input<S>[K] extends string | undefined ? z.input<S>[K] : string | undefined };
    }
  : unknown;

type Response<Mode, Result extends z.ZodRawShape> = Mode extends "enqueue"
  ? { success: true; job: Job }
  : Mode extends "respond"
    ? { success: true } & z.output<z.ZodObject<Result>>
    : ({ success: true } & z.output<z.ZodObject<Result>>) | { success: true; job: Job };

type Endpoint<A> =
  A extends Action<
    infer Path,
    infer Method extends ActionMethod,
    infer Mode,
    infer P,
    infer Q,
    infer B,
    infer R,
    infer _Subject,
    infer H
  >
    ? {
        [K in Path]: {
          [M in `$${Lowercase<Method>}`]: {
            input: Input<"param", P> & QueryInput<Q> & Input<"json", B> & Input<"header", H>;
            output: Response<Mode, R>;
            outputFormat: "json";
            status: 200;
          };
        };
      }
    : never;

type Intersection<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void ? I : never;

/** Routes of a list of actions, as the typed client knows them. */
export type TypedRoutes<Actions extends readonly unknown[]> =
  Intersection<Endpoint<Actions[number]>> extends infer Routes extends Schema ? Hono<ApiEnv, Routes, "/"> : never;
