import { posix } from "node:path";
import type { TextFile } from "../../../shared/protocol/file.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { StackLocation } from "../files/locations.ts";
import type { ResolvedFile } from "../files/roots.ts";
import { stackErrors } from "../messages.ts";
import { changeEnv, type EnvVariable, envNames, envSecrets } from "./env-file.ts";

/** Names of the variables in the `.env` file of a stack. Values never leave the server. */
export interface StackVariables {
  names: string[];
  /** Null when there is no file. */
  etag: string | null;
  /** Absolute path of the file when `.env` is a link, which other stacks may share; otherwise null. */
  target: string | null;
}

export interface VariablesChange {
  set: Record<string, string>;
  remove: string[];
}

/** @throws AppError that names the file, for a `.env` that is not a small text file or is a link out of the listed folders. */
export async function readVariables(location: StackLocation): Promise<StackVariables> {
  return toVariables(await readEnvFile(location));
}

/**
 * Sets and removes variables.
 * @param etag Of the file as it was read before; null when there was none.
 * @throws AppError `conflict` when the file has changed since, `invalid_input`, and what {@link readVariables} throws.
 */
export async function writeVariables(
  location: StackLocation,
  change: VariablesChange,
  etag: string | null,
): Promise<StackVariables> {
  const before = await readEnvFile(location);
  if ((before.file?.etag ?? null) !== etag) {
    throw new AppError("conflict", stackErrors.variablesChanged);
  }
  const content = changeEnv(before.file?.content ?? "", change);
  const { root, path } = before.at;
  return toVariables({ at: before.at, file: await root.writeText(path, content, before.file?.etag, { mode: 0o600 }) });
}

/** Writes the variables of a new stack. No file is created when there are none. */
export async function createVariables(location: StackLocation, content: string): Promise<void> {
  if (content !== "") await location.root.writeText(envPath(location), content, undefined, { mode: 0o600 });
}

/**
 * Values that must be masked in output.
 * @throws AppError as {@link readVariables} does; no output may be shown then.
 */
export async function secretsOf(location: StackLocation): Promise<EnvVariable[]> {
  const { file } = await readEnvFile(location);
  return file ? envSecrets(file.content) : [];
}

/**
 * The `.env` file; null when there is none.
 * @throws AppError as {@link readVariables} does.
 */
export const readEnvText = async (location: StackLocation): Promise<TextFile | null> =>
  (await readEnvFile(location)).file;

interface EnvFile {
  at: ResolvedFile;
  file: TextFile | null;
}

async function readEnvFile(location: StackLocation): Promise<EnvFile> {
  try {
    const at = await location.resolve(envPath(location));
    const file = await at.root.readText(at.path).catch((error: unknown) => {
      if (error instanceof AppError && error.code === "not_found") return null;
      throw error;
    });
    return { at, file };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "internal") throw error;
    throw new AppError(error.code, stackErrors.envUnreadable(error.message), { cause: error });
  }
}

const envPath = (location: StackLocation) => posix.join(location.folder, ".env");

const toVariables = ({ at, file }: EnvFile): StackVariables => ({
  names: file ? envNames(file.content) : [],
  etag: file?.etag ?? null,
  target: at.target,
});
