import { posix } from "node:path";
import type { TextFile } from "../../shared/protocol/file.ts";
import { AppError } from "../../shared/server/errors.ts";
import { changeEnv, type EnvVariable, envNames, envSecrets } from "./env-file.ts";
import type { StackPlace } from "./places.ts";

/** The variables beside a stack's compose file, by their names: values stay where they are. */
export interface StackVariables {
  names: string[];
  /** Null when there is no file. */
  etag: string | null;
}

export interface VariablesChange {
  set: Record<string, string>;
  remove: string[];
}

export async function readVariables(place: StackPlace): Promise<StackVariables> {
  return toVariables(await readEnvFile(place));
}

/** @param etag As read before; `conflict` when the file is another one by now. */
export async function writeVariables(
  place: StackPlace,
  change: VariablesChange,
  etag: string | null,
): Promise<StackVariables> {
  const before = await readEnvFile(place);
  if ((before?.etag ?? null) !== etag) {
    throw new AppError("conflict", "The variables have changed since they were read.");
  }
  const content = changeEnv(before?.content ?? "", change);
  return toVariables(await place.root.writeText(envPath(place), content, before?.etag, { mode: 0o600 }));
}

/** The variables of a stack that has none yet. No file is made when there are none to write. */
export async function makeVariables(place: StackPlace, content: string): Promise<void> {
  if (content !== "") await place.root.writeText(envPath(place), content, undefined, { mode: 0o600 });
}

/** Texts that must not be shown in output. */
export async function secretsOf(place: StackPlace): Promise<EnvVariable[]> {
  const file = await readEnvFile(place);
  return file ? envSecrets(file.content) : [];
}

async function readEnvFile(place: StackPlace): Promise<TextFile | null> {
  try {
    return await place.root.readText(envPath(place));
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  }
}

const envPath = (place: StackPlace) => posix.join(place.folder, ".env");

const toVariables = (file: TextFile | null): StackVariables => ({
  names: file ? envNames(file.content) : [],
  etag: file?.etag ?? null,
});
