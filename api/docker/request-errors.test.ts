import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toRequestError } from "../../shared/docker/engine-calls.ts";
import { EngineError } from "../../shared/docker/engine-client.ts";
import { type TestEngine, testEngine } from "../../shared/testing/engine.ts";
import { DOCKER_SOCKET, lacks } from "../../shared/testing/parts.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";

describe.skipIf(await lacks("docker"))(
  "a request that does not fit, which the Engine reports as its own failure",
  () => {
    let engine: TestEngine;
    let api: TestApi;
    let name: string;
    let network: string;
    beforeAll(async () => {
      engine = testEngine();
      ({ name } = await engine.run());
      network = `${name}-net`;
      api = await startApi({ dockerHost: `unix://${DOCKER_SOCKET}` });
      expect((await api.ask("POST", "/api/networks", { body: { name: network } })).status).toBe(201);
    });
    afterAll(async () => {
      await api.ask("DELETE", `/api/networks/${network}`);
      await api.close();
      await engine.removeAll();
    });

    const post = async (path: string, body: object = {}) => {
      const response = await api.ask("POST", `/api${path}`, { body });
      return [response.status, response.body.code, response.body.error];
    };

    test("is a conflict for a container that is in another state, with a sentence of its own", async () => {
      expect(await post(`/services/${name}/unpause`)).toEqual([409, "conflict", "The container is not paused."]);
      expect(await post(`/services/${name}/rename`, { name })).toEqual([
        409,
        "conflict",
        "The container has this name already.",
      ]);
      const [entry] = await api.deps.trail.read({ limit: 1, action: "service:rename" }).then(({ entries }) => entries);
      expect(entry).toMatchObject({ outcome: "refused", status: 409, target: name });
    });

    test("is a conflict for a container that is not in the network", async () => {
      for (const force of [false, true]) {
        expect(await post(`/networks/${network}/disconnect`, { container: name, force })).toEqual([
          409,
          "conflict",
          "The container is not connected to this network.",
        ]);
      }
    });

    test.each([
      ["outside of the subnet", "10.214.0.1"],
      ["of another kind than the subnet", "fd00::1"],
    ])("is invalid input for a gateway %s", async (_, gateway) => {
      const [status, code] = await post("/networks", { name: `${network}-2`, subnet: "10.213.0.0/24", gateway });
      expect([status, code]).toEqual([400, "invalid_input"]);
    });
  },
);

test.each([
  ["failed to allocate gateway (): No available addresses on this pool", "invalid_input"],
  ["failed to allocate gateway (10.9.0.0): Address already in use", "invalid_input"],
  ["invalid reference format: repository name must be lowercase", "invalid_input"],
  ["endpoint with name web already exists in network net", "conflict"],
  ["Container 0e98 is not paused", "conflict"],
  ["no space left on device", undefined],
  ["Container 0e98 is paused", undefined],
])("sorts the message %j of an Engine", (message, code) => {
  expect(toRequestError(new EngineError(500, message))?.code).toBe(code);
});
