import { matchesName } from "../../../shared/protocol/name-pattern.ts";
import type { NameChoice } from "./name-choices.ts";

/** Choices that a picker draws at once. */
export const SHOWN_CHOICES = 100;

/** Names of a text with one name per line, each once. */
export const toNames = (text: string): string[] => [
  ...new Set(
    text
      .split("\n")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  ),
];

/** Names as typed or pasted: names of containers and projects contain no comma, those of processes may. */
export const typedNames = (text: string, commas: boolean): string[] =>
  toNames(commas ? text.replaceAll(/[,\r]/g, "\n") : text.replaceAll("\r", "\n"));

/** Choices that contain each word of the search in their name, label, project or state. */
export function findChoices(choices: readonly NameChoice[], search: string): NameChoice[] {
  const words = search.trim().toLowerCase().split(/\s+/);
  return choices.filter(({ value, label = "", project, state }) => {
    const text = `${value} ${label} ${project ?? ""} ${state}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** How many known names a chosen name covers; with `patterns` off, a `*` is an ordinary character. */
export const matches = (name: string, choices: readonly NameChoice[], patterns: boolean): number =>
  choices.filter(({ value }) => (patterns ? matchesName(name, value) : name === value)).length;
