import { mismatchesOf } from "../../../../../shared/mcp/schema-check.ts";
import { resultMessages as texts } from "../messages.ts";

/** One part of a result as it is shown. Everything except a verified image is text. */
export type ResultPart =
  | { kind: "text"; text: string }
  | { kind: "json"; text: string }
  | { kind: "image"; mimeType: string; url: string; bytes: number }
  | { kind: "audio"; mimeType: string; url: string; bytes: number }
  | { kind: "binary"; name: string; mimeType: string; data: string; bytes: number }
  | { kind: "link"; name: string; uri: string; description: string | null }
  | { kind: "note"; text: string };

export interface ToolResult {
  failed: boolean;
  parts: ResultPart[];
}

const imageTypes = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const audioTypes = new Set([
  "audio/wav",
  "audio/x-wav",
  "audio/mpeg",
  "audio/mp3",
  "audio/ogg",
  "audio/webm",
  "audio/mp4",
]);
/** Largest image shown, in base64 characters (about 15 MB). */
const IMAGE_MAX = 20_000_000;
/** Parts shown of one result. */
const MAX_PARTS = 500;
/** Longest text shown of one part. */
const TEXT_MAX = 1_000_000;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const cut = (value: string): string =>
  value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}\n${texts.moreCharacters(value.length - TEXT_MAX)}` : value;

/** Indents a text that is one JSON object or array. */
function toText(value: string): ResultPart {
  const trimmed = value.trim();
  if (/^[[{]/.test(trimmed) && trimmed.length <= TEXT_MAX) {
    try {
      return { kind: "json", text: JSON.stringify(JSON.parse(trimmed), null, 2) };
    } catch {
      // Not JSON after all.
    }
  }
  return { kind: "text", text: cut(value) };
}

/** Whether the first bytes match the type; other data does not reach the decoder of the browser. */
function isImage(mimeType: string, data: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data.slice(0, 64))) return false;
  let head: string;
  try {
    head = atob(data.slice(0, 32).padEnd(Math.min(32, Math.ceil(data.length / 4) * 4), "="));
  } catch {
    return false;
  }
  if (mimeType === "image/png") return head.startsWith("\u0089PNG");
  if (mimeType === "image/jpeg") return head.startsWith("\u00ff\u00d8\u00ff");
  if (mimeType === "image/gif") return head.startsWith("GIF8");
  return head.startsWith("RIFF") && head.slice(8, 12) === "WEBP";
}

function toImage(part: Record<string, unknown>): ResultPart {
  const mimeType = text(part.mimeType)?.toLowerCase() ?? "";
  const data = text(part.data)?.replace(/\s+/g, "") ?? "";
  const bytes = Math.floor((data.length * 3) / 4);
  if (!imageTypes.has(mimeType)) return { kind: "note", text: texts.imageType(mimeType) };
  if (data.length > IMAGE_MAX) return { kind: "note", text: texts.imageTooLarge };
  if (!isImage(mimeType, data) || /[^A-Za-z0-9+/=]/.test(data))
    return { kind: "note", text: texts.imageInvalid(mimeType) };
  return { kind: "image", mimeType, url: `data:${mimeType};base64,${data}`, bytes };
}

const isBase64 = (data: string) => data.length % 4 !== 1 && /^[A-Za-z0-9+/]+={0,2}$/.test(data);
const withoutSpace = (value: unknown) => text(value)?.replace(/\s+/g, "") ?? "";

function toAudio(part: Record<string, unknown>): ResultPart {
  const mimeType = text(part.mimeType)?.toLowerCase() ?? "";
  const data = withoutSpace(part.data);
  if (!audioTypes.has(mimeType) || data.length > IMAGE_MAX || !isBase64(data)) {
    return { kind: "note", text: texts.audio(text(part.mimeType)) };
  }
  return { kind: "audio", mimeType, url: `data:${mimeType};base64,${data}`, bytes: Math.floor((data.length * 3) / 4) };
}

/** The content of a resource: text, a picture, a sound, or data to download. */
function toContent(resource: Record<string, unknown>): ResultPart {
  const held = text(resource.text);
  if (held !== undefined) return toText(held);
  const data = withoutSpace(resource.blob);
  const uri = text(resource.uri) ?? "";
  const mimeType = text(resource.mimeType) ?? "";
  if (data === "" || data.length > IMAGE_MAX || !isBase64(data)) {
    return { kind: "note", text: texts.binary(uri, mimeType || undefined) };
  }
  if (imageTypes.has(mimeType.toLowerCase())) {
    const image = toImage({ mimeType, data });
    if (image.kind === "image") return image;
  }
  if (audioTypes.has(mimeType.toLowerCase())) return toAudio({ mimeType, data });
  const name =
    uri
      .split(/[/\\?#]/)
      .findLast((one) => one !== "")
      ?.slice(0, 100) ?? "resource";
  return {
    kind: "binary",
    name,
    mimeType: mimeType || "application/octet-stream",
    data,
    bytes: Math.floor((data.length * 3) / 4),
  };
}

function toPart(part: unknown): ResultPart {
  if (!isObject(part)) return { kind: "json", text: cut(JSON.stringify(part, null, 2) ?? "") };
  switch (part.type) {
    case "text":
      return toText(text(part.text) ?? "");
    case "image":
      return toImage(part);
    case "audio":
      return toAudio(part);
    case "resource":
      return toContent(isObject(part.resource) ? part.resource : {});
    case "resource_link":
      return {
        kind: "link",
        name: text(part.title) ?? text(part.name) ?? texts.resource,
        uri: text(part.uri) ?? "",
        description: text(part.description) ?? null,
      };
    default:
      return { kind: "json", text: cut(JSON.stringify(part, null, 2)) };
  }
}

/** Parts of a result, of a message or of a request, as they are shown. */
export const toParts = (content: readonly unknown[]): ResultPart[] => content.slice(0, MAX_PARTS).map(toPart);

/** Parses the result of `resources/read`. */
export function toContents(result: Record<string, unknown>): ResultPart[] {
  if (!Array.isArray(result.contents)) return [{ kind: "json", text: cut(JSON.stringify(result, null, 2)) }];
  if (result.contents.length === 0) return [{ kind: "note", text: texts.emptyResource }];
  return result.contents
    .slice(0, MAX_PARTS)
    .map((one: unknown) => (isObject(one) ? toContent(one) : { kind: "json", text: cut(JSON.stringify(one) ?? "") }));
}

export interface PromptMessage {
  role: string;
  parts: ResultPart[];
}

/** Parses the result of `prompts/get`. */
export function toMessages(result: Record<string, unknown>): PromptMessage[] {
  if (!Array.isArray(result.messages)) {
    return [{ role: texts.unknownRole, parts: [{ kind: "json", text: cut(JSON.stringify(result, null, 2)) }] }];
  }
  return result.messages.slice(0, MAX_PARTS).map((message: unknown) => {
    const { role, content } = isObject(message) ? message : { role: undefined, content: message };
    return { role: text(role) ?? texts.unknownRole, parts: toParts(Array.isArray(content) ? content : [content]) };
  });
}

/** Problems of the result that the API found. */
function problemsOf({ _meta }: Record<string, unknown>): ResultPart[] {
  const problems = isObject(_meta) ? _meta["ai-desktop/problems"] : undefined;
  return Array.isArray(problems) ? problems.map((problem) => ({ kind: "note", text: String(problem) })) : [];
}

/** Parses the response of `POST /mcp/:id/tools/call`; an unknown shape becomes JSON. */
export function toToolResult(result: unknown, outputSchema?: Record<string, unknown>): ToolResult {
  if (!isObject(result))
    return { failed: false, parts: [{ kind: "json", text: cut(JSON.stringify(result, null, 2) ?? "") }] };
  const parts = Array.isArray(result.content) ? toParts(result.content) : [];
  if (result.structuredContent !== undefined) {
    const structured = JSON.stringify(result.structuredContent, null, 2) ?? "";
    if (!parts.some((part) => part.kind === "json" && part.text === structured))
      parts.push({ kind: "json", text: cut(structured) });
  }
  if (parts.length === 0) {
    parts.push(
      Array.isArray(result.content)
        ? { kind: "note", text: texts.empty }
        : { kind: "json", text: cut(JSON.stringify(result, null, 2)) },
    );
  }
  const mismatches =
    outputSchema && result.isError !== true && result.structuredContent !== undefined
      ? mismatchesOf(result.structuredContent, outputSchema)
      : [];
  const said: ResultPart[] = mismatches.map((one) => ({ kind: "note", text: `${texts.mismatch} ${one}` }));
  return { failed: result.isError === true, parts: [...problemsOf(result), ...said, ...parts] };
}
