import type { ContainerInfo, NetworkInspectInfo } from "dockerode";
import { AppError } from "../../server/errors.ts";
import { type ContainerPlan, toCreateDocument } from "./create.ts";
import { containerPath, type EngineCalls } from "./engine-calls.ts";

export interface ContainerProgress {
  /** Of the Engine: `running`, `exited`, `restarting`, … */
  state: string;
  /** `none` when neither we nor the image check it. */
  health: "none" | "starting" | "healthy" | "unhealthy";
  exitCode: number;
  restarts: number;
}

export interface LabelledContainer {
  id: string;
  name: string;
  state: string;
  /** Value of the label that was asked for. */
  value: string;
}

/** A network containers can be put into. */
export interface JoinableNetwork {
  name: string;
  id: string;
}

/** What it takes to set a container up, and to take it away again. */
export interface DockerProvision {
  /** Makes it and does not start it; resolves with its id. Throws `conflict` for a name that is taken. */
  create(plan: ContainerPlan): Promise<string>;
  start(id: string): Promise<void>;
  /** Takes it away with its anonymous volumes, running or not; nothing is said when it is gone. */
  discard(id: string): Promise<void>;
  progress(id: string): Promise<ContainerProgress>;
  containersWith(label: string): Promise<LabelledContainer[]>;
  /** By its exact name. */
  hasVolume(name: string): Promise<boolean>;
  createVolume(name: string, labels: Record<string, string>): Promise<void>;
  discardVolume(name: string): Promise<void>;
  /** Bridge networks made by somebody, in the order of their names. */
  networks(): Promise<JoinableNetwork[]>;
  createNetwork(name: string, labels: Record<string, string>): Promise<string>;
  discardNetwork(id: string): Promise<void>;
}

/** Creating unpacks nothing, but the disk may be busy with the pull that came before. */
const CREATE_LIMIT_MS = 30_000;
const START_LIMIT_MS = 60_000;

export function createProvision({ call, inspect }: EngineCalls): DockerProvision {
  const quietly = async (work: Promise<unknown>) => {
    await work.catch((error: unknown) => {
      if (!(error instanceof AppError && error.code === "not_found")) throw error;
    });
  };
  return {
    async create(plan) {
      const request = { path: "/containers/create", query: { name: plan.name }, body: toCreateDocument(plan) };
      const made = (await call({ method: "POST", ...request }, CREATE_LIMIT_MS)) as { Id: string };
      return made.Id;
    },
    async start(id) {
      await call({ method: "POST", path: containerPath(id, "start") }, START_LIMIT_MS);
    },
    discard: (id) =>
      quietly(call({ method: "DELETE", path: containerPath(id), query: { force: true, v: true } }, START_LIMIT_MS)),
    async progress(id) {
      const { State, RestartCount } = await inspect(id);
      const health = State.Health?.Status;
      return {
        state: State.Status,
        health: health === "starting" || health === "healthy" || health === "unhealthy" ? health : "none",
        exitCode: State.ExitCode,
        restarts: RestartCount,
      };
    },
    async containersWith(label) {
      const query = { all: 1, filters: JSON.stringify({ label: [label] }) };
      const list = (await call({ method: "GET", path: "/containers/json", query })) as ContainerInfo[];
      return list.map(({ Id, Names, State, Labels }) => ({
        id: Id,
        name: (Names[0] ?? Id).replace(/^\//, ""),
        state: State,
        value: Labels[label] ?? "",
      }));
    },
    async hasVolume(name) {
      const query = { filters: JSON.stringify({ name: [name] }) };
      const { Volumes } = (await call({ method: "GET", path: "/volumes", query })) as {
        Volumes: { Name: string }[] | null;
      };
      return (Volumes ?? []).some(({ Name }) => Name === name); // the filter takes parts of names
    },
    async createVolume(name, labels) {
      await call({ method: "POST", path: "/volumes/create", body: { Name: name, Labels: labels } });
    },
    discardVolume: (name) => quietly(call({ method: "DELETE", path: `/volumes/${encodeURIComponent(name)}` })),
    async networks() {
      const query = { filters: JSON.stringify({ driver: ["bridge"], type: ["custom"] }) };
      const list = (await call({ method: "GET", path: "/networks", query })) as NetworkInspectInfo[];
      return list
        .map(({ Name, Id }) => ({ name: Name, id: Id }))
        .sort((one, other) => one.name.localeCompare(other.name, "en"));
    },
    async createNetwork(name, labels) {
      const body = { Name: name, Driver: "bridge", CheckDuplicate: true, Labels: labels };
      const made = (await call({ method: "POST", path: "/networks/create", body }, CREATE_LIMIT_MS)) as { Id: string };
      return made.Id;
    },
    discardNetwork: (id) => quietly(call({ method: "DELETE", path: `/networks/${encodeURIComponent(id)}` })),
  };
}
