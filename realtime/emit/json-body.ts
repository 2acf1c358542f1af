import { AppError } from "../../shared/server/errors.ts";
import { messages } from "./messages.ts";

/** Checks that the headers declare plain JSON. @throws AppError `unsupported_media_type` */
export function requireJson(contentType: string | undefined, contentEncoding: string | undefined): void {
  const type = contentType === "application/json" ? contentType : contentType?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json" || contentEncoding) {
    throw new AppError("unsupported_media_type", messages.notJson);
  }
}

/** Parses a body. @throws AppError `invalid_input` */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new AppError("invalid_input", messages.invalidJson);
    throw error;
  }
}
