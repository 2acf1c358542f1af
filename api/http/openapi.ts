import type { DescribeRouteOptions } from "hono-openapi";
import { describeRoute, resolver } from "hono-openapi";
import { z } from "zod";
import { type ErrorCode, errorStatus } from "../../shared/protocol/result.ts";

const codes = Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]];

/** The envelope of every refusal. */
export const failureSchema = z.object({
  success: z.literal(false),
  error: z.string().describe("One plain sentence."),
  code: z.enum(codes),
  detail: z
    .string()
    .optional()
    .describe(
      "Message of Docker, a registry, PM2 or an MCP server: plain text, masked, at most 1 KiB. Only for callers who may act on the target.",
    ),
  proofRequired: z
    .literal(true)
    .optional()
    .describe("Repeat the request after `POST /api/session/proof`: the last log-in or proof was too long ago."),
  requestId: z.string().optional().describe("Id of the request in the log of the server."),
});

export interface RouteDescription {
  summary: string;
  description?: string;
  /** Area of the API. The docs page groups routes by it. */
  tag: string;
  /** Fields of the response beside `success`. */
  answer?: z.ZodRawShape;
  /** Media type of a response that is not JSON, in place of `answer`. */
  media?: string;
  /** Media type of a raw request body. */
  rawBody?: string;
  /** Status of success; 200 by default. */
  status?: 200 | 201 | 202 | 204 | 302;
  /** Another status of success, with the fields of its response beside `success`. */
  otherwise?: { status: 200 | 202; answer: z.ZodRawShape };
  /** Whether the route accepts the header `Idempotency-Key`. */
  idempotent?: boolean;
}

const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header" as const,
  required: false,
  description:
    "Repeats the first response to the same caller, key and input for ten minutes, and changes nothing. `conflict` while the first request runs, and for another input.",
  schema: { type: "string" as const, minLength: 1, maxLength: 255 },
};

const successOf = (answer: z.ZodRawShape) => ({
  "application/json": { schema: resolver(z.object({ success: z.literal(true), ...answer })) },
});

/** Documents a route: its response, and the envelope of its refusals. */
export function described(route: RouteDescription) {
  const { summary, description, tag, answer = {}, media, rawBody, status = 200, otherwise, idempotent } = route;
  const content = media ? { [media]: { schema: { type: "string" as const } } } : successOf(answer);
  const bodiless = status === 204 || status === 302;
  const options: DescribeRouteOptions = {
    summary,
    description,
    tags: [tag],
    responses: {
      [status]: { description: "Done.", ...(bodiless ? {} : { content }) },
      default: { description: "Refused.", content: { "application/json": { schema: resolver(failureSchema) } } },
    },
  };
  if (otherwise && options.responses) {
    options.responses[otherwise.status] = { description: "Done.", content: successOf(otherwise.answer) };
  }
  if (idempotent) options.parameters = [idempotencyKey];
  if (rawBody) options.requestBody = { required: true, content: { [rawBody]: { schema: { type: "string" } } } };
  return describeRoute(options);
}
