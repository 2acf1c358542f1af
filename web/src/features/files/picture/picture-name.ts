/** Whether a file's name is that of a picture that browsers show. */
export const isPictureName = (name: string): boolean => /.\.(png|jpe?g|gif|webp|avif|svg)$/i.test(name);
