import { describe, expect, it } from "vitest";
import { toToolResult } from "./tool-result.ts";

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

describe("toToolResult", () => {
  it("shows text as text and JSON indented", () => {
    expect(
      toToolResult({
        content: [
          { type: "text", text: "<b>hi</b>" },
          { type: "text", text: '{"a":1}' },
        ],
      }),
    ).toEqual({
      failed: false,
      parts: [
        { kind: "text", text: "<b>hi</b>" },
        { kind: "json", text: '{\n  "a": 1\n}' },
      ],
    });
  });

  it("marks a tool's own error", () => {
    expect(toToolResult({ isError: true, content: [{ type: "text", text: "no" }] }).failed).toBe(true);
  });

  it("shows an image only when its type is listed and its bytes are of that type", () => {
    const part = (mimeType: string, data: string) =>
      toToolResult({ content: [{ type: "image", mimeType, data }] }).parts[0];
    expect(part("image/png", png)).toMatchObject({ kind: "image", url: `data:image/png;base64,${png}` });
    expect(part("image/svg+xml", png)?.kind).toBe("note");
    expect(part("text/html", btoa("<script>alert(1)</script>"))?.kind).toBe("note");
    expect(part("image/jpeg", png)?.kind).toBe("note");
    expect(part("image/png", `${png}"><script>`)?.kind).toBe("note");
    expect(part("image/png", "")?.kind).toBe("note");
  });

  it("says nothing twice when structured content repeats the text", () => {
    const result = toToolResult({ content: [{ type: "text", text: '{"a":1}' }], structuredContent: { a: 1 } });
    expect(result.parts).toHaveLength(1);
  });

  it("falls back to JSON for shapes it does not know", () => {
    expect(toToolResult(null).parts[0]).toEqual({ kind: "json", text: "null" });
    expect(toToolResult({ content: [{ type: "hologram", x: 1 }] }).parts[0]?.kind).toBe("json");
    expect(toToolResult({ toolResult: 5 }).parts[0]?.kind).toBe("json");
    expect(toToolResult({ content: [] }).parts[0]).toEqual({ kind: "note", text: "The tool returned no content" });
  });
});
