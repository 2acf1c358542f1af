import { z } from "zod";

/** The parts of JSON Schema that the protocol's schemas become. */
interface JsonSchema {
  type?: string;
  description?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
}

/**
 * Writes the values of a schema as a TypeScript type, descriptions as comments: programs that import the package need no
 * schema library to be type-checked.
 * @throws Error for a schema with parts that are not known here
 */
export const plainType = (schema: z.ZodType): string => typeOf(z.toJSONSchema(schema) as JsonSchema, "");

function typeOf(schema: JsonSchema, indent: string): string {
  const { type, items, prefixItems, properties, additionalProperties } = schema;
  const union = schema.anyOf ?? schema.oneOf;
  if (union) return union.map((option) => typeOf(option, indent)).join(" | ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  switch (type) {
    case "string":
    case "number":
    case "boolean":
    case "null":
      return type;
    case "integer":
      return "number";
    case "array":
      return prefixItems
        ? `[${prefixItems.map((item) => typeOf(item, indent)).join(", ")}]`
        : `Array<${typeOf(items ?? {}, indent)}>`;
    case "object":
      if (properties) return objectOf(properties, schema.required ?? [], indent);
      if (typeof additionalProperties === "object") return `Record<string, ${typeOf(additionalProperties, indent)}>`;
      break;
    case undefined:
      return "unknown";
  }
  throw new Error(`no TypeScript type for ${JSON.stringify(schema)}`);
}

function objectOf(properties: Record<string, JsonSchema>, required: string[], indent: string): string {
  const inner = `${indent}    `;
  const lines = Object.entries(properties).flatMap(([name, property]) => {
    const field = `${inner}${name}${required.includes(name) ? "" : "?"}: ${typeOf(property, inner)};`;
    return property.description ? [`${inner}/** ${property.description} */`, field] : [field];
  });
  return `{\n${lines.join("\n")}\n${indent}}`;
}
