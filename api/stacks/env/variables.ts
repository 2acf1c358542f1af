import { posix } from "node:path";
import type { TextFile } from "../../../shared/protocol/file.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { StackPlace } from "../files/locations.ts";
import type { ResolvedFile } from "../files/roots.ts";
import { changeEnv, type EnvVariable, envNames, envSecrets } from "./env-file.ts";

/** The variables beside a stack's compose file, by their names: values stay where they are. */
export interface StackVariables {
  names: string[];
  /** Null when there is no file. */
  etag: string | null;
  /** Path of the file on the host when `.env` is a link: other stacks may use it too. */
  target: string | null;
}

export interface VariablesChange {
  set: Record<string, string>;
  remove: string[];
}

/** @throws AppError that names the file, for a `.env` that is no small text file or a link out of the listed folders. */
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
  if ((before.file?.etag ?? null) !== etag) {
    throw new AppError("conflict", "The variables have changed since they were read.");
  }
  const content = changeEnv(before.file?.content ?? "", change);
  const { root, path } = before.at;
  return toVariables({ at: before.at, file: await root.writeText(path, content, before.file?.etag, { mode: 0o600 }) });
}

/** The variables of a stack that has none yet. No file is made when there are none to write. */
export async function makeVariables(place: StackPlace, content: string): Promise<void> {
  if (content !== "") await place.root.writeText(envPath(place), content, undefined, { mode: 0o600 });
}

/** Texts that must not be shown in output. Throws as {@link readVariables} does: then no output may be shown. */
export async function secretsOf(place: StackPlace): Promise<EnvVariable[]> {
  const { file } = await readEnvFile(place);
  return file ? envSecrets(file.content) : [];
}

/** The `.env` file; null when there is none. Throws as {@link readVariables} does. */
export const readEnvText = async (place: StackPlace): Promise<TextFile | null> => (await readEnvFile(place)).file;

interface EnvFile {
  at: ResolvedFile;
  file: TextFile | null;
}

async function readEnvFile(place: StackPlace): Promise<EnvFile> {
  try {
    const at = await place.resolve(envPath(place));
    const file = await at.root.readText(at.path).catch((error: unknown) => {
      if (error instanceof AppError && error.code === "not_found") return null;
      throw error;
    });
    return { at, file };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "internal") throw error;
    throw new AppError(error.code, `The file .env cannot be read: ${error.message}`, { cause: error });
  }
}

const envPath = (place: StackPlace) => posix.join(place.folder, ".env");

const toVariables = ({ at, file }: EnvFile): StackVariables => ({
  names: file ? envNames(file.content) : [],
  etag: file?.etag ?? null,
  target: at.target,
});
