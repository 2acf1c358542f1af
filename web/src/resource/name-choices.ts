import { type ContainerStatus, statusOf } from "../../../shared/health/container-status.ts";
import { allOfDaemon, OWN_DAEMON, userOfKey } from "../../../shared/protocol/daemon-key.ts";
import type { ProcessStatus } from "../../../shared/protocol/deployment.ts";
import type { Pm2Daemon } from "../../../shared/protocol/pm2-daemon.ts";
import { useDeployments, useMcpServers, useServices } from "../lib/queries.ts";
import { serverNow } from "../lib/server-time.ts";
import type { Tone } from "../ui/Badge.tsx";
import { resourceMessages } from "./messages.ts";

/** A name that a field offers. */
export interface NameChoice {
  /** What is stored. */
  value: string;
  /** What is shown; the value if omitted. */
  label?: string;
  /** State in one word. */
  state: string;
  tone: Tone;
  /** Compose project, which the search finds too. */
  project?: string | null;
}

/** The names known now. `choices` is undefined until they are known, and `failed` says that they cannot be read. */
export interface NameChoices {
  choices: NameChoice[] | undefined;
  failed: boolean;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const byValue = (a: NameChoice, b: NameChoice) => collator.compare(a.value, b.value);

const containerTones: Partial<Record<ContainerStatus, Tone>> = {
  running: "ok",
  crashed: "bad",
  dead: "bad",
  "start-failed": "bad",
  restarting: "warn",
};
const processTones: Partial<Record<ProcessStatus, Tone>> = { online: "ok", errored: "bad" };

/** Containers by name, with their state. */
export function useContainerChoices(): () => NameChoices {
  const query = useServices();
  return () => {
    if (!query.data) return { choices: undefined, failed: query.isError };
    const { services, engine } = query.data;
    const choices = services.map((service): NameChoice => {
      const { status } = statusOf(service, serverNow());
      const known = status === "unknown" ? "stopped" : status.replace("-", " ");
      return {
        value: service.name,
        state: known,
        tone: containerTones[status] ?? "neutral",
        project: service.composeProject,
      };
    });
    return { choices: choices.sort(byValue), failed: engine.state !== "up" };
  };
}

/** Compose projects that have containers, with how many of these run. */
export function useProjectChoices(): () => NameChoices {
  const query = useServices();
  return () => {
    if (!query.data) return { choices: undefined, failed: query.isError };
    const projects = new Map<string, { running: number; total: number }>();
    for (const { composeProject, state } of query.data.services) {
      if (composeProject === null) continue;
      const { running, total } = projects.get(composeProject) ?? { running: 0, total: 0 };
      projects.set(composeProject, { running: running + Number(state === "running"), total: total + 1 });
    }
    const choices = [...projects].map(
      ([value, { running, total }]): NameChoice => ({
        value,
        state: `${running} of ${total} running`,
        tone: running === total ? "ok" : "neutral",
      }),
    );
    return { choices: choices.sort(byValue), failed: query.data.engine.state !== "up" };
  };
}

/** Patterns for all processes of a daemon, where there are several. In a scope, `:*` is the panel's own daemon. */
const perDaemon = (daemons: readonly Pm2Daemon[]): NameChoice[] =>
  daemons
    .filter(({ key }) => key !== OWN_DAEMON)
    .map(({ key, user, home }) => allOf(key, home === null ? user : `${user} (${home})`));

const perUser = (daemons: readonly Pm2Daemon[]): NameChoice[] => {
  const users = new Map(daemons.map(({ key, user }) => [userOfKey(key), user]));
  return users.size < 2 ? [] : [...users].map(([key, user]) => allOf(key, user));
};

const allOf = (key: string, user: string): NameChoice => ({
  value: allOfDaemon(key),
  label: resourceMessages.allOfUser(user),
  state: "",
  tone: "neutral",
});

/** Processes of PM2 for a rule, in whose names `*` stands for any characters. */
export const useProcessChoices = () => useProcesses(perDaemon);
/** Processes of PM2 for a scope, and users. */
export const useProcessScopeChoices = () => useProcesses(perUser);

/** Processes of PM2 by id, with their state, after what stands for several. */
function useProcesses(patterns: (daemons: readonly Pm2Daemon[]) => NameChoice[]): () => NameChoices {
  const query = useDeployments();
  return () => {
    if (!query.data) return { choices: undefined, failed: query.isError };
    const { deployments, daemon, daemons } = query.data;
    const choices = deployments.map(
      ({ id, name, namespace, user, status }): NameChoice => ({
        value: id,
        label: namespace === "default" ? name : `${namespace}/${name}`,
        state: daemons.length > 1 ? `${status} · ${user}` : status,
        tone: processTones[status] ?? "neutral",
      }),
    );
    return { choices: [...patterns(daemons), ...choices.sort(byValue)], failed: daemon.state !== "up" };
  };
}

/** MCP servers by name, with their state. */
export function useServerChoices(): () => NameChoices {
  const query = useMcpServers();
  return () => {
    if (!query.data) return { choices: undefined, failed: query.isError };
    const choices = query.data.servers.map(
      ({ name, status }): NameChoice => ({
        value: name,
        state: status,
        tone: status === "running" ? "ok" : status === "failed" ? "bad" : "neutral",
      }),
    );
    return {
      choices: [...new Map(choices.map((choice) => [choice.value, choice])).values()].sort(byValue),
      failed: false,
    };
  };
}
