import { UriTemplate } from "@modelcontextprotocol/client";
import type {
  McpAbout,
  McpPages,
  McpPrompt,
  McpResource,
  McpResourceTemplate,
} from "../../../shared/protocol/mcp-workbench.ts";
import { isObject } from "../json.ts";
import { messages } from "./messages.ts";
import { issuesOf } from "./repair.ts";

/** Characters kept of a text, and of a URI or name. */
const MAX_TEXT = 20_000;
const MAX_NAME = 4_096;
const MAX_ARGUMENTS = 200;
/** Templates are expanded by expressions in them: long ones are shown, not parsed. */
const MAX_TEMPLATE = 2_048;

const text = (value: unknown, max = MAX_TEXT) => (typeof value === "string" ? value.slice(0, max) : undefined);

/** Lists of a server besides its tools: the method, the field of the result, and how an entry is read. */
export const offers: {
  [Kind in keyof McpPages]: {
    method: "resources/list" | "resources/templates/list" | "prompts/list";
    field: string;
    capability: "resources" | "prompts";
    read(entry: unknown, index: number): McpPages[Kind];
  };
} = {
  resources: { method: "resources/list", field: "resources", capability: "resources", read: toResource },
  templates: {
    method: "resources/templates/list",
    field: "resourceTemplates",
    capability: "resources",
    read: toTemplate,
  },
  prompts: { method: "prompts/list", field: "prompts", capability: "prompts", read: toPrompt },
};

function describedBy(type: "Resource" | "ResourceTemplate" | "Prompt", entry: unknown, unnamed: string) {
  const given = isObject(entry) ? entry : {};
  const issues = issuesOf(type, entry);
  return {
    given,
    base: {
      name: text(given.name, MAX_NAME) ?? unnamed,
      title: text(given.title, MAX_NAME),
      description: text(given.description),
      problem: issues.length === 0 ? undefined : messages.result.entryProblem(issues),
    },
  };
}

function toResource(entry: unknown, index: number): McpResource {
  const { given, base } = describedBy("Resource", entry, `unnamed resource ${index + 1}`);
  const size = typeof given.size === "number" && Number.isFinite(given.size) ? given.size : undefined;
  return { ...base, uri: text(given.uri, MAX_NAME) ?? "", mimeType: text(given.mimeType, 200), size };
}

function toTemplate(entry: unknown, index: number): McpResourceTemplate {
  const { given, base } = describedBy("ResourceTemplate", entry, `unnamed template ${index + 1}`);
  const uriTemplate = text(given.uriTemplate, MAX_NAME) ?? "";
  return { ...base, uriTemplate, mimeType: text(given.mimeType, 200), variables: variablesOf(uriTemplate) };
}

function toPrompt(entry: unknown, index: number): McpPrompt {
  const { given, base } = describedBy("Prompt", entry, `unnamed prompt ${index + 1}`);
  const list = Array.isArray(given.arguments) ? given.arguments.slice(0, MAX_ARGUMENTS) : [];
  return {
    ...base,
    arguments: list.filter(isObject).flatMap((argument) => {
      const name = text(argument.name, 256);
      if (name === undefined || name === "") return [];
      return [
        {
          name,
          title: text(argument.title, 256),
          description: text(argument.description),
          required: argument.required === true,
        },
      ];
    }),
  };
}

function variablesOf(template: string): string[] {
  if (template.length > MAX_TEMPLATE) return [];
  try {
    return [...new Set(new UriTemplate(template).variableNames)];
  } catch {
    return [];
  }
}

/** The URI of a template with values; undefined for an invalid template. */
export function expandTemplate(template: string, values: Record<string, string>): string | undefined {
  if (template.length > MAX_TEMPLATE) return undefined;
  try {
    return new UriTemplate(template).expand(values);
  } catch {
    return undefined;
  }
}

/** What a server said about itself. Its texts are bounded; they are never markup. */
export function toAbout(
  said: { capabilities: unknown; instructions: unknown; version: unknown; protocolVersion: string | undefined },
  subscriptions: Iterable<string>,
): McpAbout {
  const info = isObject(said.version) ? said.version : undefined;
  return {
    protocolVersion: said.protocolVersion ?? null,
    capabilities: isObject(said.capabilities) ? said.capabilities : {},
    instructions: text(said.instructions) ?? null,
    serverInfo: info
      ? {
          name: text(info.name, 200) ?? "",
          version: text(info.version, 200) ?? "",
          title: text(info.title, 200),
          websiteUrl: text(info.websiteUrl, 2_000),
        }
      : null,
    subscriptions: [...subscriptions],
  };
}
