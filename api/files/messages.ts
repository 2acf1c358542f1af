/** Sentences that callers of the files subject see. Errors of single files are in `shared/files`. */
export const fileErrors = {
  tooManyUploads: "Too many uploads are under way; try again when one has ended.",
  tooManyDownloads: "Too many downloads are under way; try again when one has ended.",
};
