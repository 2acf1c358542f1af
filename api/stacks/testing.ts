import { createSaveJournal } from "../../shared/files/saving/save-journal.ts";
import type { Job } from "../../shared/protocol/job.ts";
import { silentLog } from "../../shared/server/log.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import type { Answer } from "../access/testing.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { createStackHost } from "./host.ts";

export interface TestStacks {
  api: TestApi;
  /** STACKS_DIR. */
  dir: string;
  /** The one folder of STACKS_ROOTS. */
  root: string;
  /** Folder of the save journal. */
  saves: string;
  /** Requests a path below `/api/stacks`. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Creates a stack and returns its name. */
  create(name: string, content: string, env?: Record<string, string>): Promise<string>;
  /** Requests a path below `/api/stacks`, and waits for the end of its job. */
  job(method: string, path: string, body?: unknown): Promise<Job>;
  close(): Promise<void>;
}

/** Starts the API with its own folder of stacks and a listed folder. `path`: folders to search for programs. */
export async function startStacks({
  dockerHost,
  path,
}: {
  dockerHost?: string;
  path?: string;
} = {}): Promise<TestStacks> {
  const dir = await tempFolder("stacks");
  const root = await tempFolder("root");
  const saves = await tempFolder("saves");
  const journal = createSaveJournal({ folder: saves.path, log: silentLog(), maxBytes: 64 * 1024 * 1024 });
  const api = await startApi({
    dockerHost,
    change: ({ database, docker }) => ({
      stackHost: createStackHost({
        database,
        docker,
        journal,
        jobs: { interruptedOf: () => undefined },
        log: silentLog(),
        path,
        config: {
          DATA_DIR: "/nonexistent",
          STACKS_DIR: dir.path,
          STACKS_ROOTS: [root.path],
          DOCKER_HOST: dockerHost ?? "unix:///nonexistent/docker.sock",
        },
      }),
    }),
  });
  const ask: TestStacks["ask"] = (method, path, body) =>
    api.ask(method, `/api/stacks${path}`, body === undefined ? {} : { body });
  return {
    api,
    ask,
    dir: dir.path,
    root: root.path,
    saves: saves.path,
    create: async (name, content, env = {}) => {
      const response = await ask("POST", "", { name, content, env });
      if (response.status !== 201) throw new Error(response.text);
      return name;
    },
    job: async (method, path, body) => api.ended(await ask(method, path, body)),
    close: async () => {
      api.deps.stackHost.close();
      await api.close();
      await Promise.all([dir.remove(), root.remove(), saves.remove()]);
    },
  };
}
