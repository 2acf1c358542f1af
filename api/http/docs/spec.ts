import type { Hono } from "hono";
import { generateSpecs } from "hono-openapi";
import type { AccessRule } from "../access-entry.ts";
import { accessTable } from "../access-table.ts";
import type { ApiEnv } from "../context.ts";

export type Spec = Awaited<ReturnType<typeof generateSpecs>>;

const schemes = {
  session: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-ai-desktop",
    description: "The session of a person. API_PORT and BASE_PATH are part of the name where they are set.",
  },
  key: { type: "http", scheme: "bearer", description: "An API key, or the emit token where a route says so." },
} as const;

const intro = `Every answer is \`{"success": true, ...}\` or \`{"success": false, "error", "code", "requestId"}\`; \`detail\` is added where Docker, a registry, PM2 or an MCP server refused.
Log in for a session cookie, or send an API key as \`Authorization: Bearer <key>\`. What changes something is JSON.`;

/** The OpenAPI document of the app, each operation with who may call it. */
export async function createSpec(app: Hono<ApiEnv>): Promise<Spec> {
  const spec = await generateSpecs(app, {
    documentation: {
      info: { title: "AI Desktop", version: "1", description: intro },
      components: { securitySchemes: schemes },
    },
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
  });
  for (const [path, operations] of Object.entries(spec.paths)) {
    for (const [method, operation] of Object.entries(operations ?? {})) {
      const { tags = [] } = operation as { tags?: string[] };
      Object.assign(operation, accessOf(method, path), { tags: tags.map(toTitle) });
    }
  }
  return spec;
}

function accessOf(method: string, path: string) {
  const route = `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`;
  const rule = (accessTable as Readonly<Record<string, { rule: AccessRule } | undefined>>)[route]?.rule;
  const security = rule === "public" ? [] : rule === "session" ? [{ session: [] }] : [{ session: [] }, { key: [] }];
  return { "x-access": rule ?? "closed", security };
}

const toTitle = (tag: string) => tag.charAt(0).toUpperCase() + tag.slice(1);
