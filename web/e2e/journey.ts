import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lacks, type TestPart } from "../../shared/testing/parts.ts";
import { startTestDesktop, type TestDesktop, type TestDesktopOptions } from "./test-desktop.ts";

export interface JourneyOptions {
  /** What it needs beyond Chromium and an Engine. */
  needs?: TestPart[];
  desk?: TestDesktopOptions;
}

/**
 * One way through the page, at servers, a browser and a log-in of its own: it runs alone or beside others, and what goes wrong
 * in another leaves it as it is. Its steps are told in order.
 */
export async function journey(
  title: string,
  steps: (at: () => TestDesktop) => void,
  { needs = [], desk: options = {} }: JourneyOptions = {},
): Promise<void> {
  describe.skipIf(await lacks("chromium", "docker", ...needs))(title, () => {
    let desk: TestDesktop;
    beforeAll(async () => {
      desk = await startTestDesktop(options);
    });
    afterAll(() => desk?.close());
    steps(() => desk);

    test("the page threw nothing, broke no rule of its content policy, and asked no stranger for anything", () => {
      // An Engine, PM2 or server that got no processor time for some seconds: the page says so, and asks again.
      const late = /status of 503|Unexpected response code: 503/;
      expect(desk.problems.filter((problem) => !late.test(problem))).toEqual([]);
      expect(desk.strangers).toEqual([]);
    });
  });
}
