import { APP_MIME_TYPE, MAX_APP_BYTES } from "../../../shared/protocol/mcp-app-limits.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { McpConnection } from "../connection/connection.ts";
import { isObject, type Json } from "../json.ts";
import { messages } from "./messages.ts";

/** Longest wait for the resource, in milliseconds. */
const READ_MS = 30_000;
const LIST_MS = 5_000;
const knownPermissions = ["camera", "microphone", "geolocation", "clipboardWrite"] as const;

/** The HTML of an app, and what its server declares about it. */
export interface AppResource {
  html: Uint8Array;
  /** `_meta.ui.csp` as the server sent it. */
  csp: unknown;
  permissions: string[];
}

/** @throws AppError `invalid_input` for a resource that is no app, `too_large`, and those of the server */
export async function readAppResource(
  connection: McpConnection,
  uri: string,
  signal: AbortSignal,
): Promise<AppResource> {
  const { contents } = await connection.request("resources/read", { uri }, { limitMs: READ_MS, signal });
  const content = (Array.isArray(contents) ? contents : []).find((one) => isObject(one) && isAppType(one.mimeType)) as
    | Json
    | undefined;
  if (!content) throw new AppError("invalid_input", messages.notAnApp);
  const html = toBytes(content);
  if (html.byteLength === 0) throw new AppError("invalid_input", messages.emptyApp);
  if (html.byteLength > MAX_APP_BYTES) throw new AppError("too_large", messages.appTooLarge(MAX_APP_BYTES / 1_000_000));
  const ui = uiOf(content) ?? (await listedUi(connection, uri, signal)) ?? {};
  const asked = isObject(ui.permissions) ? ui.permissions : {};
  return { html, csp: ui.csp, permissions: knownPermissions.filter((name) => isObject(asked[name])) };
}

const uiOf = ({ _meta }: Json): Json | undefined => (isObject(_meta) && isObject(_meta.ui) ? _meta.ui : undefined);

/** What the list of resources says about it: some servers declare the policy of an app only there. */
async function listedUi(connection: McpConnection, uri: string, signal: AbortSignal): Promise<Json | undefined> {
  const listed = await connection.request("resources/list", {}, { limitMs: LIST_MS, signal }).catch((error) => {
    if (signal.aborted) throw error;
    return {} as Json; // an app need not be listed
  });
  const found = (Array.isArray(listed.resources) ? listed.resources : []).find(
    (one) => isObject(one) && one.uri === uri,
  );
  return found && uiOf(found as Json);
}

/** `text/html;profile=mcp-app`, also with spaces, quotes or a character set. */
function isAppType(type: unknown): boolean {
  if (typeof type !== "string" || type.length > 200) return false;
  const [media, ...parameters] = type.toLowerCase().split(";");
  const [wanted, profile] = APP_MIME_TYPE.split(";");
  return media?.trim() === wanted && parameters.some((one) => one.replace(/[\s"]/g, "") === profile);
}

function toBytes({ text, blob }: Json): Uint8Array {
  if (typeof text === "string") return Buffer.from(text, "utf8");
  if (typeof blob !== "string" || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(blob)) {
    throw new AppError("invalid_input", messages.emptyApp);
  }
  return Buffer.from(blob, "base64");
}
