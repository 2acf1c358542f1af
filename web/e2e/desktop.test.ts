import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lacks } from "../../shared/testing/parts.ts";
import { type Desk, startDesk } from "./desk.ts";
import { accessJourney } from "./journeys/access.ts";
import { alertsJourney } from "./journeys/alerts.ts";
import { catalogueJourney } from "./journeys/catalogue.ts";
import { deploymentsJourney } from "./journeys/deployments.ts";
import { filesJourney } from "./journeys/files.ts";
import { hostJourney } from "./journeys/host.ts";
import { hostileJourney } from "./journeys/hostile.ts";
import { imagesJourney } from "./journeys/images.ts";
import { lifecycleJourney } from "./journeys/lifecycle.ts";
import { logsJourney } from "./journeys/logs.ts";
import { looksJourney } from "./journeys/looks.ts";
import { mcpJourney } from "./journeys/mcp.ts";
import { reconnectJourney } from "./journeys/reconnect.ts";
import { servicesJourney } from "./journeys/services.ts";
import { shellJourney } from "./journeys/shell.ts";
import { stacksJourney } from "./journeys/stacks.ts";
import { viewerJourney } from "./journeys/viewer.ts";

const noCompose = await lacks("compose");

/** Told in order, on one set of servers and one browser: the first journey makes the account that the others use. */
describe.skipIf(await lacks("chromium", "docker"))("the desktop", () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await startDesk();
  });
  afterAll(() => desk?.close());
  const at = () => desk;

  describe("a newcomer", () => accessJourney(at));
  describe("services", () => servicesJourney(at));
  describe.skipIf(noCompose)("stacks", () => stacksJourney(at));
  describe("images, volumes, networks and the disk", () => imagesJourney(at));
  describe("the catalogue", () => catalogueJourney(at));
  describe("logs", () => logsJourney(at));
  describe("containers in hand", () => lifecycleJourney(at));
  describe("a shell", () => shellJourney(at));
  describe("hostile words", () => hostileJourney(at));
  describe("deployments", () => deploymentsJourney(at));
  describe("the host", () => hostJourney(at));
  describe("MCP servers", () => mcpJourney(at));
  describe("alerts", () => alertsJourney(at));
  describe("files", () => filesJourney(at));
  describe("a viewer", () => viewerJourney(at));
  describe("every page", () => looksJourney(at));
  describe("a realtime server that is killed", () => reconnectJourney(at));

  test("threw nothing, broke no rule of its content policy, and asked no stranger for anything", () => {
    expect(desk.problems).toEqual([]);
    expect(desk.strangers).toEqual([]);
  });
});
