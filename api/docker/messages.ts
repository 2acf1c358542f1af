/** Sentences of refusals by the Docker Engine. `thing`: the kind of resource, such as "image". */
export const messages = {
  noSuch: (thing: string) => `There is no such ${thing}.`,
  invalid: (thing: string) => `The Docker Engine does not accept this as a ${thing}.`,
  taken: (thing: string) => `A ${thing} with this name, or with these addresses, already exists.`,
} as const;
