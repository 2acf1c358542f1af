import { describe, expect, it } from "vitest";
import { textPattern } from "../search/line-pattern.ts";
import { markMatches, toSegments } from "./ansi-segments.ts";

const ESC = "\u001b";

describe("toSegments", () => {
  it("turns colours and weights into classes", () => {
    expect(toSegments(`plain ${ESC}[1;31mred${ESC}[0m end`)).toEqual([
      { text: "plain ", className: "" },
      { text: "red", className: "ansi-fg-red ansi-bold" },
      { text: " end", className: "" },
    ]);
  });

  it("turns bright, background and palette colours into classes or rgb", () => {
    expect(toSegments(`${ESC}[92;44ma${ESC}[0;38;5;9mb${ESC}[0;38;5;196mc${ESC}[0;48;5;250md`)).toEqual([
      { text: "a", className: "ansi-fg-bright-green ansi-bg-blue" },
      { text: "b", className: "ansi-fg-bright-red" },
      { text: "c", className: "", color: "rgb(255, 0, 0)" },
      { text: "d", className: "", background: "rgb(188, 188, 188)" },
    ]);
  });

  it("takes 24-bit colours only when each part is a byte", () => {
    expect(toSegments(`${ESC}[38;2;1;2;3mok`)[0]?.color).toBe("rgb(1, 2, 3)");
    expect(toSegments(`${ESC}[38;2;999;2;3mno`)[0]?.color).toBeUndefined();
  });

  it("shows text a program asked to hide", () => {
    expect(toSegments(`${ESC}[8msecret`)).toEqual([{ text: "secret", className: "" }]);
  });

  it("keeps markup as text", () => {
    expect(toSegments("<script>alert(1)</script>")).toEqual([{ text: "<script>alert(1)</script>", className: "" }]);
  });
});

describe("markMatches", () => {
  it("marks every match without regard to case", () => {
    expect(
      markMatches(toSegments("Error: no error"), textPattern("error")).map(({ text, match }) => [text, match]),
    ).toEqual([
      ["Error", true],
      [": no ", false],
      ["error", true],
    ]);
  });

  it("marks a match that a colour change cuts in two", () => {
    const marked = markMatches(toSegments(`ab${ESC}[31mcd${ESC}[0mef`), textPattern("bcde"));
    expect(marked.map(({ text, match }) => [text, match])).toEqual([
      ["a", false],
      ["b", true],
      ["cd", true],
      ["e", true],
      ["f", false],
    ]);
    expect(marked[2]?.className).toBe("ansi-fg-red");
  });

  it("treats the needle as text, not as a pattern", () => {
    expect(markMatches(toSegments("a.c abc"), textPattern("."))[1]).toMatchObject({ text: ".", match: true });
  });
});
