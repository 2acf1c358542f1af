import { createMask } from "../../../shared/docker/value-mask.ts";
import type { Service } from "../../../shared/protocol/service.ts";
import type { Finding } from "../../../shared/protocol/stack.ts";
import { UnavailableError } from "../../../shared/server/dependency.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import type { Compose, ComposeRun } from "../compose/compose.ts";
import { readVariables, secretsOf } from "../env/variables.ts";
import type { StackLocation } from "../files/locations.ts";
import { type OpenStack, toProject } from "../files/open-stack.ts";
import { readStackFiles } from "../files/stack-files.ts";
import type { ComposeReader } from "./check-thread.ts";
import { findingMessages } from "./messages.ts";
import { isAnyAddress, listeningPorts } from "./ports.ts";
import type { TakenPort } from "./semantics.ts";

/** Lines of an error by Compose that are read. */
const MAX_LINES = 200;

/** Checks compose files, against themselves, against what runs on this host, and by Compose. */
export interface StackChecker {
  /**
   * Checks a text without Compose.
   * @param name Of the stack whose ports are its own; undefined for a new one.
   * @param location Where the file is, for its variables.
   */
  check(content: string, name: string | undefined, location: StackLocation | undefined): Promise<Finding[]>;
  /** Has Compose check a text in the place of a stack's only file. Empty when Compose accepts it. */
  checkWithCompose(stack: OpenStack, content: string, signal?: AbortSignal): Promise<Finding[]>;
  /** @throws AppError `invalid_input` for a text that is not valid YAML. */
  refuseUnreadable(content: string): Promise<void>;
  /** @throws AppError `invalid_input` for a text that is not valid YAML or that Compose rejects. */
  refuseText(stack: OpenStack, content: string): Promise<void>;
  /** @throws AppError `invalid_input` with the first error Compose finds in the files on the disk. */
  refuseBroken(stack: OpenStack, signal?: AbortSignal): Promise<void>;
}

export interface StackCheckerDeps {
  docker: Pick<DockerEngine, "list">;
  compose: Compose;
  reader: Pick<ComposeReader, "check" | "composeErrors">;
}

export function createStackChecker({ docker, compose, reader }: StackCheckerDeps): StackChecker {
  const checkWithCompose: StackChecker["checkWithCompose"] = async ({ name, location }, content, signal) => {
    const project = { name, folder: location.absoluteFolder, files: ["-"] };
    const lines = await runConfig(compose, location, { project, input: content, signal });
    return lines ? reader.composeErrors(lines, content) : [];
  };
  const refuseUnreadable = async (content: string) =>
    refuseErrors(await reader.check(content, { takenPorts: [], variables: null }), "yaml");

  return {
    async check(content, name, location) {
      const [services, variables] = await Promise.all([
        docker.list().catch((error: unknown) => {
          if (error instanceof UnavailableError) return null;
          throw error;
        }),
        location ? readVariables(location).catch(() => null) : null,
      ]);
      return reader.check(content, {
        takenPorts: services && takenPorts(services, name),
        variables: new Set(variables?.names ?? []),
      });
    },
    checkWithCompose,
    refuseUnreadable,
    async refuseText(stack, content) {
      await refuseUnreadable(content);
      if (stack.location.files.length === 1) refuseErrors(await checkWithCompose(stack, content), "compose");
    },
    async refuseBroken(stack, signal) {
      const files = await readStackFiles(stack.location);
      for (const { content } of files) await refuseUnreadable(content);
      const lines = await runConfig(compose, stack.location, { project: toProject(stack), signal });
      if (lines) refuseErrors(await reader.composeErrors(lines, files[0]?.content ?? ""), "compose");
    },
  };
}

/**
 * Runs `docker compose config`. Returns the lines of its error, masked, or undefined when it accepts the files.
 * @throws AppError what `Compose.run` throws, except `conflict`.
 */
async function runConfig(
  compose: Compose,
  location: StackLocation,
  run: Pick<ComposeRun, "project" | "input" | "signal">,
): Promise<string[] | undefined> {
  // Compose quotes the value it rejects. When the values are unknown, none of its output may be shown.
  const secrets = await secretsOf(location).catch((error: unknown) => {
    if (error instanceof AppError && error.code !== "internal") return error.message;
    throw error;
  });
  const mask = typeof secrets === "string" ? () => "" : createMask(secrets);
  const lines: string[] = [];
  try {
    await compose.run({
      verb: "config",
      ...run,
      onLine: (line) => void (lines.length < MAX_LINES && lines.push(mask(line))),
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "conflict") throw error;
    return typeof secrets === "string" ? [findingMessages.outputHidden(secrets)] : lines;
  }
}

function refuseErrors(findings: readonly Finding[], by: Finding["source"]): void {
  const first = findings.find(({ severity, source }) => severity === "error" && source === by);
  if (first) throw new AppError("invalid_input", findingMessages.atLine(first.line, first.message));
}

/** Ports of the host that a stack with that name cannot publish. */
function takenPorts(services: readonly Service[], name: string | undefined): TakenPort[] {
  const published = (of: readonly Service[]) =>
    of.flatMap(({ name: by, ports }) =>
      ports.flatMap(({ hostIp = "", hostPort, protocol }) =>
        hostPort === undefined ? [] : [{ address: isAnyAddress(hostIp) ? "" : hostIp, port: hostPort, protocol, by }],
      ),
    );
  const others = services.filter(({ composeProject }) => composeProject !== (name ?? null) || composeProject === null);
  // Docker listens on the ports it publishes: those are known by their container, or belong to the stack itself.
  const byDocker = new Set(published(services).map(({ port }) => port));
  const listening = listeningPorts().filter(({ port }) => !byDocker.has(port));
  return [...published(others), ...listening.map((port) => ({ ...port, by: null }))];
}
