import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type TestEngine, testEngine } from "../../shared/testing/engine.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { startRealtime, type TestRealtime } from "../testing.ts";

export interface RealtimeSuite {
  readonly realtime: TestRealtime;
}

export interface ContainerSuite extends RealtimeSuite {
  readonly engine: TestEngine;
}

/** A realtime server and an Engine for the tests of a `describe`. Sockets and containers end with each test. */
export function useContainers(): ContainerSuite {
  const engine = testEngine();
  let realtime: TestRealtime;
  beforeAll(async () => {
    realtime = await startRealtime();
  });
  afterEach(async () => {
    await realtime.disconnectAll();
    await engine.removeAll();
  });
  afterAll(() => realtime.stop());
  return {
    engine,
    get realtime() {
      return realtime;
    },
  };
}

export interface Pm2Suite extends RealtimeSuite {
  readonly pm2: TestPm2;
  /** Stops the realtime server and starts another one. */
  restartRealtime(): Promise<void>;
}

/** A PM2 daemon, prepared by `prepare`, and a realtime server for the tests of a `describe`. Sockets end with each test. */
export function usePm2(prepare: (pm2: TestPm2) => Promise<unknown> = async () => {}): Pm2Suite {
  let pm2: TestPm2;
  let realtime: TestRealtime;
  const start = async () => {
    realtime = await startRealtime({ pm2Home: pm2.home });
  };
  beforeAll(async () => {
    pm2 = await testPm2();
    await prepare(pm2);
    await start();
  });
  afterEach(() => realtime.disconnectAll());
  afterAll(async () => {
    await realtime.stop();
    await pm2.close();
  });
  return {
    get pm2() {
      return pm2;
    },
    get realtime() {
      return realtime;
    },
    async restartRealtime() {
      await realtime.stop();
      await start();
    },
  };
}

/** The API key of the socket, and fields of the subscription. */
export interface FollowOptions {
  token?: string;
  serviceId?: string;
  tail?: number;
  since?: string;
  ages?: unknown;
}

type TestSocket = ReturnType<TestRealtime["connect"]>;

/** Follows the log of a container on a separate socket; its events go to the reader created by `read`. */
export async function followContainer<R>(
  { realtime }: RealtimeSuite,
  read: (socket: TestSocket) => R,
  containerName: string,
  { token, serviceId = "svc", ...options }: FollowOptions = {},
) {
  const socket = realtime.connect("services", token === undefined ? {} : { token });
  const reader = read(socket);
  const response = await socket.emitWithAck("subscribe:logs", { serviceId, containerName, ...options });
  expect(response).toEqual({ success: true, serviceId, containerName });
  return { socket, reader };
}
