import { html } from "hono/html";
import { type JsonSchema, type Markup, schemaView, typeOf } from "./schema-view.ts";
import type { Spec } from "./spec.ts";

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: JsonSchema;
  description?: string;
}

interface Operation {
  method: string;
  path: string;
  tag: string;
  summary: string;
  description?: string;
  access: string;
  parameters: Parameter[];
  body?: { media: string; schema?: JsonSchema };
  answers: { status: string; media?: string; schema?: JsonSchema }[];
}

const who: Record<string, string> = {
  public: "anybody",
  "stranger-or-signed-in": "anybody",
  "signed-in": "anybody logged in, or an API key",
  session: "a person, logged in",
  monitor: "an admin, an API key or the emit token",
};

/** The reference of the API as one page, drawn on the server: it needs neither a script nor a second request. */
export function referencePage(spec: Spec): Markup {
  const operations = readOperations(spec);
  const tags = [...new Set(operations.map(({ tag }) => tag))].sort();
  const of = (tag: string) => operations.filter((operation) => operation.tag === tag);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>API · AI Desktop</title>
        <link rel="stylesheet" href="docs/reference.css" />
        <script src="docs/reference.js" defer></script>
      </head>
      <body>
        <header>
          <h1>AI Desktop API</h1>
          <p>
            Every answer is <code>{"success": true, …}</code> or
            <code>{"success": false, "error", "code", "requestId"}</code>. A browser sends its session cookie; a program
            sends <code>Authorization: Bearer &lt;API key&gt;</code>. What changes something is sent as JSON.
            <a href="openapi.json">openapi.json</a>
          </p>
          <label>Find <input id="filter" type="search" autocomplete="off" placeholder="restart, /files, POST …" /></label>
        </header>
        <nav aria-label="Areas">
          <ul>
            ${tags.map((tag) => html`<li><a href="#${slug(tag)}">${tag} <small>${of(tag).length}</small></a></li>`)}
          </ul>
        </nav>
        <main>
          ${tags.map(
            (tag) =>
              html`<section id="${slug(tag)}" aria-labelledby="${slug(tag)}-title">
                <h2 id="${slug(tag)}-title">${tag}</h2>
                ${of(tag).map(operationView)}
              </section>`,
          )}
          <p id="nothing" hidden>Nothing fits.</p>
        </main>
      </body>
    </html>`;
}

function operationView(operation: Operation): Markup {
  const { method, path, summary, description, access, parameters, body, answers } = operation;
  return html`<details class="operation">
    <summary>
      <span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code> <span>${summary}</span>
    </summary>
    <div class="body">
      ${description ? html`<p>${description}</p>` : ""}
      <p class="access">For ${who[access] ?? html`those who may <code>${access}</code>`}.</p>
      ${
        parameters.length > 0
          ? html`<h3>Parameters</h3>
              <ul class="fields">
                ${parameters.map(parameterView)}
              </ul>`
          : ""
      }
      ${
        body
          ? html`<h3>Body <small>${body.media}</small></h3>
              ${schemaView(body.schema)}`
          : ""
      }
      ${answers.map(
        ({ status, media, schema }) =>
          html`<h3>
              ${status === "default" ? "Refusal" : `Answer ${status}`} ${media ? html`<small>${media}</small>` : ""}
            </h3>
            ${schemaView(schema)}`,
      )}
    </div>
  </details>`;
}

const parameterView = ({ name, in: place, required, schema, description }: Parameter) =>
  html`<li>
    <code class="name">${name}</code>${required ? "" : html`<span class="optional">optional</span>`}
    <span class="type">${schema ? typeOf(schema) : "string"}</span> <span class="note">in the ${place}. ${
      description ?? schema?.description ?? ""
    }</span>
  </li>`;

function readOperations(spec: Spec): Operation[] {
  return Object.entries(spec.paths).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(([method, value]) => {
      const operation = value as unknown as Record<string, unknown> & { tags?: string[]; summary?: string };
      const body = operation.requestBody as { content?: Content } | undefined;
      const responses = (operation.responses ?? {}) as Record<string, { content?: Content } | undefined>;
      return {
        method,
        path,
        tag: operation.tags?.[0] ?? "Other",
        summary: operation.summary ?? "",
        description: operation.description as string | undefined,
        access: String(operation["x-access"]),
        parameters: (operation.parameters ?? []) as Parameter[],
        body: body?.content ? firstContent(spec, body.content) : undefined,
        answers: Object.entries(responses).map(([status, response]) => ({
          status,
          ...(response?.content ? firstContent(spec, response.content) : {}),
        })),
      };
    }),
  );
}

type Content = Record<string, { schema?: JsonSchema }>;

function firstContent(spec: Spec, content: Content): { media: string; schema?: JsonSchema } {
  const [media = "", { schema } = {}] = Object.entries(content)[0] ?? [];
  const named = schema?.$ref?.split("/").at(-1);
  return { media, schema: named ? (spec.components?.schemas?.[named] as JsonSchema | undefined) : schema };
}

const slug = (tag: string) => tag.toLowerCase().replace(/[^a-z0-9]+/g, "-");
