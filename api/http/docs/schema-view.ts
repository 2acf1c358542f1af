import { html } from "hono/html";

/** The part of JSON Schema that the API's own schemas use. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
}

export type Markup = ReturnType<typeof html>;

/** Deeper than any answer of the API; a schema that refers to itself ends here. */
const DEPTH_MAX = 8;

/** Draws the fields of a schema as a nested list. */
export function schemaView(schema: JsonSchema | undefined, depth = 0): Markup | "" {
  if (!schema || depth > DEPTH_MAX) return "";
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) {
    return html`${variants.filter(hasFields).map((variant) => schemaView(variant, depth + 1))}`;
  }
  if (schema.items) return schemaView(schema.items, depth + 1);
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return "";
  return html`<ul class="fields">
    ${fields.map(
      ([name, field]) =>
        html`<li>
          <code class="name">${name}</code>${schema.required?.includes(name) ? "" : html`<span class="optional">optional</span>`}
          <span class="type">${typeOf(field)}</span>
          ${field.description ? html`<span class="note">${field.description}</span>` : ""}${schemaView(field, depth + 1)}
        </li>`,
    )}
  </ul>`;
}

const hasFields = (schema: JsonSchema): boolean => schema.properties !== undefined || schema.items !== undefined;

/** A schema in a few words: `string, 1 to 64 characters`, `"a" | "b"`, `list of object`. */
export function typeOf(schema: JsonSchema): string {
  const { minLength, maxLength, minimum, maximum } = schema;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return [...new Set(variants.map(typeOf))].join(" | ");
  if (schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(", ")}]`;
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  if (typeof schema.additionalProperties === "object" && !schema.properties) {
    return `map of ${typeOf(schema.additionalProperties)}`;
  }
  const facts = [
    schema.format ?? [schema.type ?? "anything"].flat().join(" | "),
    maxLength !== undefined && `${minLength ?? 0} to ${maxLength} characters`,
    isBound(minimum) && isBound(maximum) && `${minimum} to ${maximum}`,
    schema.default !== undefined && `default ${JSON.stringify(schema.default)}`,
  ];
  return facts.filter(Boolean).join(", ");
}

/** zod writes the range of safe integers, which tells a reader nothing. */
const isBound = (bound: number | undefined): bound is number =>
  bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
