import { afterAll, beforeAll } from "vitest";
import { type TestEngine, testEngine } from "../../shared/testing/engine.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startApi, type TestApi, type TestApiOptions } from "./api-server.ts";

export interface DockerApi {
  engine: TestEngine;
  /** Can be used once the tests run. */
  api: Omit<TestApi, "close">;
}

/**
 * The API on the Engine of this machine, for the tests of a file or block. It starts before them. After them it ends, and
 * the containers of the tests are removed.
 */
export function useDockerApi(options: Omit<TestApiOptions, "dockerHost"> = {}): DockerApi {
  const engine = testEngine();
  let started: TestApi | undefined;
  const running = (): TestApi => {
    if (!started) throw new Error("The API runs only while tests run.");
    return started;
  };
  beforeAll(async () => {
    started = await startApi({ ...options, dockerHost: engine.dockerHost });
  });
  afterAll(async () => {
    if (!(await lacks("docker"))) await engine.removeAll();
    await started?.close();
  });
  return {
    engine,
    api: {
      get port() {
        return running().port;
      },
      get deps() {
        return running().deps;
      },
      get emitted() {
        return running().emitted;
      },
      ask: (method, path, ask) => running().ask(method, path, ask),
      ended: (response) => running().ended(response),
      loginAs: (role, limits) => running().loginAs(role, limits),
    },
  };
}
