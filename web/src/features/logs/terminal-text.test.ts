import { describe, expect, it } from "vitest";
import { growth } from "../../../../shared/testing/growth.ts";
import { cleanLine, plainText, visibleName } from "./terminal-text.ts";

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
    expect(cleanLine(`a\u009d8;;data:text/html,x\u009cb`)).toBe("ab");
    expect(cleanLine(`a${ESC}Pq#0;2;0;0;0${ESC}\\b`)).toBe("ab");
  });

  it("does not let an unterminated sequence hide the rest of the line", () => {
    expect(cleanLine(`a${ESC}]0;still here`)).toBe("a0;still here");
    expect(cleanLine(`a${ESC}`)).toBe("a");
    expect(cleanLine(`a${ESC}[`)).toBe("a");
  });

  it("drops C1 controls in their eight-bit form", () => {
    expect(cleanLine("a\u009b31mb\u0085c")).toBe("abc");
  });

  it("shows a lone carriage return and drops the one before the line's end", () => {
    expect(cleanLine("safe\revil\r")).toBe("safe^Mevil");
  });

  it("makes direction overrides and other control characters visible", () => {
    expect(cleanLine("a\u202eb\u2028c\u0000d\be")).toBe("a[U+202E]b[U+2028]c^@d^He");
  });

  it.each([
    ["", `${ESC}]`],
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

describe("visibleName", () => {
  it("shows what could disguise a name", () => {
    expect(visibleName("photo\u202egpj.exe")).toBe("photo[U+202E]gpj.exe");
    expect(visibleName("a\nb\u001b[31m")).toBe("a^Jb^[[31m");
  });
});
