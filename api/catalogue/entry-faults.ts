import { re2 } from "../logs/search/re2.ts";
import type { CatalogueEntry } from "./entry.ts";
import { placeholdersOf } from "./template.ts";

/** Finds errors beyond the schema: duplicate names and references to undefined ones. Empty for a valid entry. */
export function faultsOf(entry: CatalogueEntry): string[] {
  const faults: string[] = [];
  const unique = (what: string, names: readonly string[]) => {
    if (new Set(names).size !== names.length) faults.push(`two ${what} have the same name`);
  };
  const variables = entry.environment.map(({ name }) => name);
  const ports = new Set(entry.ports.map(({ id }) => id));
  const volumes = new Set(entry.volumes.map(({ id }) => id));
  unique(
    "tags",
    entry.tags.map(({ tag }) => tag),
  );
  unique(
    "ports",
    entry.ports.map(({ id }) => id),
  );
  unique(
    "container ports",
    entry.ports.map(({ container, protocol }) => `${container}/${protocol}`),
  );
  unique(
    "volumes",
    entry.volumes.map(({ id }) => id),
  );
  unique(
    "paths",
    entry.volumes.map(({ path }) => path),
  );
  unique("variables", variables);

  for (const { tag, paths = {} } of entry.tags) {
    if (/^(latest|edge|nightly|main|master|dev|stable)$/.test(tag)) faults.push(`the tag ${tag} is not a version`);
    for (const id of Object.keys(paths)) if (!volumes.has(id)) faults.push(`the tag ${tag} names an unknown volume`);
  }
  if (entry.page && !ports.has(entry.page.port)) faults.push("its page is at an unknown port");
  const templates = [
    ...entry.credentials.map(({ value }) => value),
    ...entry.environment.flatMap((variable) => (variable.kind === "derived" ? [variable.template] : [])),
  ];
  for (const name of templates.flatMap(placeholdersOf)) {
    const [kind, id = ""] = name.split(/:(.*)/s);
    if (kind === "port" && !ports.has(id)) faults.push(`a template names the unknown port ${id}`);
    if (kind === "env" && !variables.includes(id)) faults.push(`a template names the unknown variable ${id}`);
  }
  for (const variable of entry.environment) {
    if (variable.kind !== "asked") continue;
    try {
      if (variable.default !== "" && !matches(variable.pattern, variable.default))
        faults.push(`the default of ${variable.name} does not fit its pattern`);
    } catch {
      faults.push(`the pattern of ${variable.name} is not valid`);
    }
  }
  return faults;
}

/** Whether a pattern matches a whole answer. Takes time linear in its length for every pattern. */
export const matches = (pattern: string, answer: string): boolean => re2().RE2JS.compile(pattern).matches(answer);
