import { describe, expect, it } from "vitest";
import { growth } from "../testing/growth.ts";
import { cleanLine, plainText, toPlain, toPlainLine, toSearchable, visibleName, withoutLineEnd } from "./plain-text.ts";

const ESC = "\u001b";

describe("cleanLine", () => {
  it("leaves ordinary text, tabs and letters of any script alone", () => {
    const text = "GET /a\t200 héllo 日本 🙂 <img src=x onerror=alert(1)>";
    expect(cleanLine(text)).toBe(text);
  });

  it("keeps colour sequences and nothing else of the escapes", () => {
    expect(cleanLine(`${ESC}[31mred${ESC}[0m${ESC}[2J${ESC}[10;5H${ESC}[?25l${ESC}c${ESC}(B!`)).toBe(
      `${ESC}[31mred${ESC}[0m!`,
    );
  });

  it("keeps the text of a link and drops its address, the window title and a clipboard write", () => {
    expect(cleanLine(`${ESC}]8;;javascript:alert(1)${ESC}\\click${ESC}]8;;${ESC}\\`)).toBe("click");
    expect(cleanLine(`a${ESC}]0;title\u0007b${ESC}]52;c;aGk=\u0007c`)).toBe("abc");
    expect(cleanLine(`a${ESC}Pq#0;2;0;0;0${ESC}\\b`)).toBe("ab");
  });

  it("does not let an unterminated sequence hide the rest of the line", () => {
    expect(cleanLine(`a${ESC}]0;still here`)).toBe("a0;still here");
    expect(cleanLine(`a${ESC}`)).toBe("a");
    expect(cleanLine(`a${ESC}[`)).toBe("a");
  });

  it.each([
    ["text that was encoded twice", "\u00d0\u0090\u00d1\u0082 order 4711 refused", "\u00d0\u00d1 order 4711 refused"],
    ["U+009D alone", "a\u009db 4711", "ab 4711"],
    ["U+009E alone", "a\u009eb 4711", "ab 4711"],
    ["U+009B alone", "a\u009bb 4711", "ab 4711"],
    ["U+009B before figures", "a\u009b4711 old", "a4711 old"],
    ["a string without an end", `a${ESC}]b 4711`, "ab 4711"],
    ["a device string without an end", `a${ESC}Pb 4711`, "ab 4711"],
    ["ESC and a blank", `a${ESC} b 4711`, "a b 4711"],
    ["ESC and a letter of the text", `a${ESC}b 4711`, "ab 4711"],
    ["a character set", `a${ESC}(Bb`, "ab"],
  ])("hides no text behind %s", (_, line, shown) => {
    expect(cleanLine(line)).toBe(shown);
    expect(toPlain(line)).toBe(shown);
  });

  it.each([
    ["\rprogress 0%\rprogress 50%\rprogress 100%", "progress 100%"],
    ["progress 100%\r", "progress 100%"],
    ["half\rdone\r\r", "done"],
    [`npm 1${ESC}[1G${ESC}[0Knpm 2${ESC}[1G${ESC}[0K`, "npm 2"],
    [`downloading\r            \r${ESC}[32mdone${ESC}[0m`, `${ESC}[32mdone${ESC}[0m`],
    ["\r\r", ""],
  ])("shows the last state of a line that was drawn over: %j", (line, shown) => {
    expect(cleanLine(line)).toBe(shown);
  });

  it("makes direction overrides and other control characters visible", () => {
    expect(cleanLine("a\u202eb\u2028c\u0000d\be")).toBe("a[U+202E]b[U+2028]c^@d^He");
  });

  it.each([
    ["", `${ESC}]`],
    ["", "\r"],
    ["", `x${ESC}[G`],
    ["", `${ESC}[`],
    [`${ESC}[`, "1;"],
  ])("reads hostile introducers in linear time: %j and many %j", async (begin, piece) => {
    expect(await growth((size) => cleanLine(begin + piece.repeat(size)), 60_000)).toBeLessThan(24);
  });
});

describe("plainText", () => {
  it("removes the colours of a cleaned line", () => {
    expect(plainText(`${ESC}[1;31mred${ESC}[0m and ${ESC}[38;2;1;2;3mmore`)).toBe("red and more");
  });
});

describe("toPlain", () => {
  it("is what a reader sees, line by line", () => {
    const text = `${ESC}[31mred${ESC}[0m\nbar 1%\rbar 2%\r\n\na\u202eb\u0000`;
    expect(toPlain(text)).toBe("red\nbar 2%\n\na[U+202E]b^@");
    expect(toPlain(text).split("\n")).toEqual(text.split("\n").map((line) => plainText(cleanLine(line))));
    expect(toSearchable(text)).toBe("red\nbar 2%\n\na[u+202e]b^@");
  });
});

describe("withoutLineEnd", () => {
  it.each(["one", "one\n", "one\r\n", "one\r\r\n", "one\r"])("of %j is the same text", (line) => {
    expect(withoutLineEnd(line)).toBe("one");
  });
});

describe("visibleName", () => {
  it("shows what could disguise a name", () => {
    expect(visibleName("photo\u202egpj.exe")).toBe("photo[U+202E]gpj.exe");
    expect(visibleName("a\nb\u001b[31m")).toBe("a^Jb^[[31m");
  });
});

it("makes of a line for people one that holds no half of a character, wherever it is cut", () => {
  expect(toPlainLine(`${"x".repeat(499)}😀 and more`)).toBe(`${"x".repeat(499)}\ufffd…`);
  expect(toPlainLine("a\ud83d")).toBe("a\ufffd");
  expect(toPlainLine("😀\u202e\n")).toBe("😀[U+202E]^J");
});
