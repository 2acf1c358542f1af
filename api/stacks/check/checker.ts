import { createMask } from "../../../shared/docker/value-mask.ts";
import type { Service } from "../../../shared/protocol/service.ts";
import type { Finding } from "../../../shared/protocol/stack.ts";
import { UnavailableError } from "../../../shared/server/dependency.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import type { Compose, ComposeRun } from "../compose/compose.ts";
import { readVariables, secretsOf } from "../env/variables.ts";
import type { StackPlace } from "../files/locations.ts";
import { type OpenStack, toProject } from "../files/open-stack.ts";
import { readStackFiles } from "../files/stack-files.ts";
import type { ComposeReader } from "./compose-reader.ts";
import { listeningPorts } from "./ports.ts";

/** Lines of Compose's complaint that are read. */
const LINES_MAX = 200;

/** Says what is wrong with compose files, beside what runs on this host. */
export interface StackChecker {
  /** What can be said of a text without Compose, as a file in that place or of a stack to be. */
  look(content: string, name: string | undefined, place: StackPlace | undefined): Promise<Finding[]>;
  /** What Compose says of a text in the place of a stack's only file; nothing when it is content. */
  ask(stack: OpenStack, content: string, signal?: AbortSignal): Promise<Finding[]>;
  /** Throws `invalid_input` for a text that is no YAML. */
  refuseUnreadable(content: string): Promise<void>;
  /** Throws `invalid_input` for what Compose would refuse: YAML faults first, then Compose has the last word. */
  refuseText(stack: OpenStack, content: string): Promise<void>;
  /** Throws `invalid_input` with the first fault Compose finds in the files as they are on the disk. */
  refuseBroken(stack: OpenStack, signal?: AbortSignal): Promise<void>;
}

export interface StackCheckerDeps {
  docker: Pick<DockerEngine, "list">;
  compose: Compose;
  reader: Pick<ComposeReader, "check" | "verdict">;
}

export function createStackChecker({ docker, compose, reader }: StackCheckerDeps): StackChecker {
  /** Runs `config`; answers Compose's complaint, or nothing when it is content. */
  const complaint = async (
    place: StackPlace,
    run: Pick<ComposeRun, "project" | "input" | "signal">,
  ): Promise<string[] | undefined> => {
    const lines: string[] = [];
    // Compose quotes the value it does not like. Where values are not known, nothing of what it says is shown.
    const hidden = await secretsOf(place).catch((error: unknown) => {
      if (error instanceof AppError && error.code !== "internal") return error.message;
      throw error;
    });
    const mask = typeof hidden === "string" ? () => "" : createMask(hidden);
    try {
      await compose.run({
        verb: "config",
        ...run,
        onLine: (line) => void (lines.length < LINES_MAX && lines.push(mask(line))),
      });
      return undefined;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "conflict") throw error;
      return typeof hidden === "string"
        ? [`Compose does not accept the stack, and what it says is not shown. ${hidden}`]
        : lines;
    }
  };

  const ask: StackChecker["ask"] = async ({ name, place }, content, signal) => {
    const project = { name, folder: place.absoluteFolder, files: ["-"] };
    const lines = await complaint(place, { project, input: content, ...(signal ? { signal } : {}) });
    return lines ? reader.verdict(lines, content) : [];
  };
  const refuseUnreadable = async (content: string) =>
    refuse(await reader.check(content, { takenPorts: [], variables: null }), "yaml");

  return {
    async look(content, name, place) {
      const [services, variables] = await Promise.all([
        docker.list().catch((error: unknown) => {
          if (error instanceof UnavailableError) return null;
          throw error;
        }),
        place ? readVariables(place).catch(() => null) : null,
      ]);
      return reader.check(content, {
        takenPorts: services && takenPorts(services, name),
        variables: new Set(variables?.names ?? []),
      });
    },
    ask,
    refuseUnreadable,
    async refuseText(stack, content) {
      await refuseUnreadable(content);
      if (stack.place.files.length === 1) refuse(await ask(stack, content), "compose");
    },
    async refuseBroken(stack, signal) {
      const files = await readStackFiles(stack.place);
      for (const { content } of files) await refuseUnreadable(content);
      const lines = await complaint(stack.place, { project: toProject(stack), ...(signal ? { signal } : {}) });
      if (lines) refuse(await reader.verdict(lines, files[0]?.content ?? ""), "compose");
    },
  };
}

function refuse(findings: readonly Finding[], by: Finding["source"]): void {
  const fault = findings.find(({ severity, source }) => severity === "error" && source === by);
  if (fault) throw new AppError("invalid_input", `Line ${fault.line}: ${fault.message}`);
}

/** Ports of the host that a stack of that name cannot have. */
function takenPorts(services: readonly Service[], name: string | undefined) {
  const published = (of: readonly Service[]) =>
    of.flatMap(({ name: by, ports }) =>
      ports.flatMap(({ hostIp = "", hostPort, protocol }) =>
        hostPort === undefined ? [] : [{ address: isAnyAddress(hostIp) ? "" : hostIp, port: hostPort, protocol, by }],
      ),
    );
  const others = services.filter(({ composeProject }) => composeProject !== (name ?? null) || composeProject === null);
  // What Docker publishes is listened on by Docker: that is said with the container's name, or is the stack's own.
  const ofDocker = new Set(published(services).map(({ port }) => port));
  const listening = listeningPorts().filter(({ port }) => !ofDocker.has(port));
  return [...published(others), ...listening.map((port) => ({ ...port, by: null }))];
}

const isAnyAddress = (address: string) => address === "" || address === "0.0.0.0" || address === "::";
