import { describe, expect, it } from "vitest";
import { formatLogAddress, type LogAddress, parseLogAddress } from "./log-address.ts";
import { regexPattern, textPattern } from "./search/line-pattern.ts";
import { noQuery } from "./search/log-query.ts";

describe("the address of a log view", () => {
  it("says everything that is chosen, and is read back the same", () => {
    const address: LogAddress = {
      containers: ["shop-api-1", "shop-db-1"],
      processes: ["worker", "jobs/send%2Fmail"],
      layout: "columns",
      query: {
        text: "a b&c",
        regex: true,
        only: true,
        level: "warn",
        stream: "stderr",
        since: "2026-11-23T16:00:00.000Z",
        until: "2026-11-23T17:00:00.000Z",
      },
      line: undefined,
    };
    expect(parseLogAddress(formatLogAddress(address))).toEqual(address);
    const plain: LogAddress = {
      containers: [],
      processes: [],
      layout: "merged",
      query: { ...noQuery, only: true },
      line: undefined,
    };
    expect(formatLogAddress(plain, { only: true })).toBe("");
    expect(parseLogAddress("", { only: true })).toEqual(plain);
  });

  it("shows the line of a link among all its neighbours", () => {
    const { line, query } = parseLogAddress("?q=late&line=k3-0-2f", { only: true });
    expect([line, query.only, query.text]).toEqual(["k3-0-2f", false, "late"]);
  });

  it("keeps a range that moves with the present as it is", () => {
    const { query } = parseLogAddress("?since=1h");
    expect(query.since).toBe("1h");
    expect(formatLogAddress(parseLogAddress("?since=1h"))).toBe("?since=1h");
    expect(parseLogAddress("?since=400d&until=1h").query).toMatchObject({ since: undefined, until: undefined });
  });

  it("says whether logs are being chosen", () => {
    expect(parseLogAddress("?c=a&choose=1").choosing).toBe(true);
    expect(formatLogAddress(parseLogAddress("?c=a&choose=1"))).toBe("?c=a&choose=1");
    expect(parseLogAddress("?c=a&choose=0").choosing).toBeUndefined();
  });

  it("leaves out what cannot be meant", () => {
    const address = parseLogAddress(
      `?view=x&level=loud&stream=3&since=never&line=${encodeURIComponent("../x")}&c=&c=a&c=a&q=${"y".repeat(5_000)}`,
    );
    expect(address).toMatchObject({ containers: ["a"], layout: "merged", line: undefined });
    expect(address.query).toMatchObject({ level: "all", stream: "all", since: undefined });
    expect(address.query.text).toHaveLength(1_000);
  });
});

describe("what lines are searched for", () => {
  it("is a text wherever it stands, or a pattern that takes linear time", async () => {
    expect(textPattern("ERR").ranges("an error, another err")).toEqual([
      [3, 6],
      [18, 21],
    ]);
    const pattern = await regexPattern("(a+)+$|x");
    expect(pattern.ranges("box ax")).toEqual([
      [2, 3],
      [5, 6],
    ]);
    expect(pattern.test(`${"a".repeat(50_000)}!`)).toBe(false); // other engines backtrack forever
    await expect(regexPattern("(")).rejects.toThrow();
  });
});
