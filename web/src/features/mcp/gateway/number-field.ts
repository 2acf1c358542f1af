import { gatewayMessages as texts } from "./messages.ts";

/** What is wrong with a typed number; null when it is right. */
export function problemOf(text: string, { min, max }: { min: number; max: number }, optional = false): string | null {
  if (optional && text.trim() === "") return null;
  const value = Number(text);
  return text.trim() !== "" && Number.isInteger(value) && value >= min && value <= max ? null : texts.invalid(min, max);
}

export const toNumber = (text: string): number | null => (text.trim() === "" ? null : Number(text));
export const toText = (value: number | null): string => (value === null ? "" : String(value));
