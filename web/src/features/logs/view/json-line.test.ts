import { describe, expect, it } from "vitest";
import { parseJsonLine } from "./json-line.ts";

describe("parseJsonLine", () => {
  it("separates the message from the other fields", () => {
    expect(parseJsonLine('{"level":30,"time":1,"msg":"request","status":200,"req":{"url":"/"}}')).toEqual({
      message: "request",
      fields: [
        ["status", "200"],
        ["req", '{"url":"/"}'],
      ],
      pretty: JSON.stringify({ level: 30, time: 1, msg: "request", status: 200, req: { url: "/" } }, null, 2),
    });
  });

  it("shows numbers as they are written", () => {
    const line =
      '{"id":1694903930981884041,"price":1.10,"e":1E3,"in":{"n":[-0.0,18446744073709551615,{}],"t":"a,\\"b:1"}}';
    const found = parseJsonLine(line);
    expect(found?.fields).toEqual([
      ["id", "1694903930981884041"],
      ["price", "1.10"],
      ["e", "1E3"],
      ["in", '{"n":[-0.0,18446744073709551615,{}],"t":"a,\\"b:1"}'],
    ]);
    expect(found?.pretty).toBe(
      [
        "{",
        '  "id": 1694903930981884041,',
        '  "price": 1.10,',
        '  "e": 1E3,',
        '  "in": {',
        '    "n": [',
        "      -0.0,",
        "      18446744073709551615,",
        "      {}",
        "    ],",
        '    "t": "a,\\"b:1"',
        "  }",
        "}",
      ].join("\n"),
    );
  });

  it("leaves arrays, fragments and plain text alone", () => {
    for (const text of ["[1]", "{oops}", "{", "text {}", '{"a":1} tail']) expect(parseJsonLine(text)).toBeUndefined();
  });

  it("does not try a line of more than 256 KiB", () => {
    expect(parseJsonLine(JSON.stringify({ a: "x".repeat(300_000) }))).toBeUndefined();
  });

  it("reads keys that mean something to JavaScript as plain names", () => {
    expect(parseJsonLine('{"__proto__":{"x":1},"msg":"m"}')?.fields).toEqual([["__proto__", '{"x":1}']]);
  });
});
