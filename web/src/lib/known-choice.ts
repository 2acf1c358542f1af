/** A field of a stored draft if this version of the panel knows its value; otherwise nothing. */
export const ifKnown = <T extends object>(field: T, isKnown: boolean): Partial<T> => (isKnown ? field : {});
