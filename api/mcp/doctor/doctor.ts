import type { McpLog } from "../../../shared/protocol/events/mcp.ts";
import type { McpServer } from "../../../shared/protocol/mcp.ts";
import type { McpDiagnosisStep } from "../../../shared/protocol/mcp-workbench.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";
import type { McpConnection } from "../connection/connection.ts";
import type { CommandList } from "../host/command-list.ts";
import type { McpTransport } from "../store.ts";
import { diagnoseLocal } from "./local.ts";
import { messages as texts } from "./messages.ts";
import { diagnoseRemote } from "./remote.ts";
import { createDiagnosis } from "./steps.ts";

/** Revisions before this one are old. */
const CURRENT_REVISION = "2025-03-26";
/** Characters of the last output of a program. */
const MAX_OUTPUT = 4_000;

/** What is used of the host, which itself offers the examination. */
interface ExaminedHost {
  get(id: string): McpServer;
  start(id: string): Promise<McpServer>;
  stop(id: string): Promise<McpServer>;
  use<T>(id: string, work: (connection: McpConnection) => Promise<T>): Promise<T>;
  log(id: string): McpLog[];
}

export interface DoctorDeps {
  host: ExaminedHost;
  commands: CommandList;
  rules: AddressRules;
}

/**
 * Examines the way to a server step by step. A server that does not run is started for it, and stopped again unless it
 * should run.
 *
 * @throws The reason of the signal.
 */
export async function diagnose(
  id: string,
  transport: McpTransport,
  { host, commands, rules }: DoctorDeps,
  signal: AbortSignal,
): Promise<McpDiagnosisStep[]> {
  const steps = createDiagnosis(signal);
  const before = host.get(id);
  const ready =
    transport.type === "http"
      ? await diagnoseRemote(transport, { signIn: before.signIn, steps, rules, signal })
      : await diagnoseLocal(transport, { steps, commands });
  if (!ready) {
    steps.skip("start", "version", "capabilities");
    return [...steps.steps];
  }
  const runs = before.status === "running" || before.status === "idle";
  const startedAt = new Date().toISOString();
  try {
    const started = await steps.run("start", async () => {
      if (before.status === "running") return { outcome: "ok", message: texts.runs };
      try {
        await host.start(id);
        return { outcome: "ok", message: texts.started };
      } catch (error) {
        const output = host
          .log(id)
          .filter(({ timestamp, source }) => timestamp >= startedAt && source === "stderr")
          .map(({ data }) => data)
          .join("\n")
          .slice(-MAX_OUTPUT);
        const local = output === "" ? texts.startFix : texts.startFixWithOutput;
        const fix = transport.type === "http" ? texts.startFixRemote : local;
        const message = error instanceof Error ? error.message : fix;
        return { outcome: "failed", message, fix, output: output || undefined };
      }
    });
    if (!started) {
      steps.skip("version", "capabilities");
      return [...steps.steps];
    }
    const about = await host.use(id, async (connection) => connection.about());
    await steps.run("version", () => {
      const version = about.protocolVersion ?? "of an unknown revision";
      const info = about.serverInfo ? `${about.serverInfo.name} ${about.serverInfo.version}`.trim() : "";
      return version < CURRENT_REVISION
        ? { outcome: "warning", message: texts.oldVersion(version), fix: texts.oldVersionFix }
        : { outcome: "ok", message: texts.version(version, info) };
    });
    await steps.run("capabilities", () => {
      const names = Object.keys(about.capabilities).slice(0, 30);
      return names.some((name) => ["tools", "resources", "prompts"].includes(name))
        ? { outcome: "ok", message: texts.capabilities(names.join(", ")) }
        : { outcome: "warning", message: texts.nothingOffered, fix: texts.nothingOfferedFix };
    });
    return [...steps.steps];
  } finally {
    if (!runs && before.desired === "stopped") await host.stop(id).catch(() => {});
  }
}
