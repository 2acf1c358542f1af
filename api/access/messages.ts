/** Sentences of refusals. */
export const messages = {
  loginFirst: "Log in first.",
  noPassword: "This account has no password.",
  wrongPassword: "The password is wrong.",
  noSuchUser: "There is no such user.",
  noSuchSession: "There is no such session.",
  noSuchKey: "There is no such key.",
  ownAccount: "Change your own password and second factor in your account.",
  passwordChanged: "The password has been changed in the meantime.",
  roleAboveOwner: "A key cannot have a higher role than its owner.",
  scopeAboveRole: (scope: string) => `A key of this role cannot have the scope ${scope}.`,
} as const;

/** For descriptions of the API reference. */
export const NEEDS_PROOF = "Needs a fresh proof: see `POST /api/session/proof`.";
