import type { ITheme } from "@xterm/xterm";

const dark: ITheme = {
  ...{ background: "#15151b", foreground: "#e6e6ec", cursor: "#b3a9ff", cursorAccent: "#15151b" },
  selectionBackground: "#4d468066",
  ...{ black: "#33333d", red: "#ff8a8a", green: "#83d99b", yellow: "#e6c267" },
  ...{ blue: "#8fb4ff", magenta: "#d3a4f5", cyan: "#74d3d8", white: "#d5d5de" },
  ...{ brightBlack: "#8a8a98", brightRed: "#ffabab", brightGreen: "#a5e8b8", brightYellow: "#f2d68c" },
  ...{ brightBlue: "#b1cbff", brightMagenta: "#e2c2fa", brightCyan: "#9be4e8", brightWhite: "#ffffff" },
};
const light: ITheme = {
  ...{ background: "#ffffff", foreground: "#26262e", cursor: "#5a45d6", cursorAccent: "#ffffff" },
  selectionBackground: "#b9b0f066",
  ...{ black: "#26262e", red: "#b3261e", green: "#1d6f3a", yellow: "#7a5600" },
  ...{ blue: "#2450b8", magenta: "#8a2ba0", cyan: "#0b6a72", white: "#6d6d78" },
  ...{ brightBlack: "#5c5c68", brightRed: "#c5372f", brightGreen: "#22813f", brightYellow: "#8c6400" },
  ...{ brightBlue: "#2f61d2", brightMagenta: "#9d38b5", brightCyan: "#0e7a84", brightWhite: "#4a4a55" },
};

export const terminalTheme = (scheme: "light" | "dark"): ITheme => (scheme === "dark" ? dark : light);
