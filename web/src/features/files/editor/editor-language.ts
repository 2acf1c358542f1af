import { StreamLanguage, type StreamParser } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { loadPart } from "../../../lib/load-part.ts";
import { extensionOf } from "../folder/file-type.ts";

/** Loads the syntax highlighting for a file name; undefined for plain text. */
export async function languageOf(name: string): Promise<Extension | undefined> {
  const load = loaders[name.toLowerCase()] ?? loaders[`.${extensionOf(name)}`];
  return load && loadPart(load);
}

const javascript = (options: { jsx?: boolean; typescript?: boolean }) => async () =>
  (await import("@codemirror/lang-javascript")).javascript(options);
const json = async () => (await import("@codemirror/lang-json")).json();
const html = async () => (await import("@codemirror/lang-html")).html();
const css = async () => (await import("@codemirror/lang-css")).css();
const markdown = async () => (await import("@codemirror/lang-markdown")).markdown();
const python = async () => (await import("@codemirror/lang-python")).python();
const yaml = async () => (await import("@codemirror/lang-yaml")).yaml();
const stream = (load: () => Promise<StreamParser<unknown>>) => async () => {
  return StreamLanguage.define(await load());
};
const shell = stream(async () => (await import("@codemirror/legacy-modes/mode/shell")).shell);
const dockerFile = stream(async () => (await import("@codemirror/legacy-modes/mode/dockerfile")).dockerFile);
const nginx = stream(async () => (await import("@codemirror/legacy-modes/mode/nginx")).nginx);
const properties = stream(async () => (await import("@codemirror/legacy-modes/mode/properties")).properties);
const toml = stream(async () => (await import("@codemirror/legacy-modes/mode/toml")).toml);

const loaders: Record<string, () => Promise<Extension>> = {
  ".js": javascript({ jsx: true }),
  ".mjs": javascript({}),
  ".cjs": javascript({}),
  ".jsx": javascript({ jsx: true }),
  ".ts": javascript({ typescript: true }),
  ".tsx": javascript({ typescript: true, jsx: true }),
  ".json": json,
  ".jsonc": json,
  ".html": html,
  ".htm": html,
  ".vue": html,
  ".svg": html,
  ".xml": html,
  ".css": css,
  ".scss": css,
  ".md": markdown,
  ".markdown": markdown,
  ".py": python,
  ".yaml": yaml,
  ".yml": yaml,
  ".sh": shell,
  ".bash": shell,
  ".zsh": shell,
  ".conf": nginx,
  ".ini": properties,
  ".env": properties,
  ".properties": properties,
  ".service": properties,
  ".toml": toml,
  dockerfile: dockerFile,
  ".bashrc": shell,
  ".profile": shell,
};
