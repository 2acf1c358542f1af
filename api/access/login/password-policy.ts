import { AppError } from "../../../shared/server/errors.ts";

/** Guesses below which a password counts as common: lists, repeats, keyboard rows and dates fall under it. */
const GUESSES_MIN = 1e8;
/** Characters looked at: a password whose beginning is strong is strong, and the estimate is not linear. */
const LOOKED_AT_MAX = 64;

const tooCommon = () =>
  new AppError(
    "invalid_input",
    "This password is too easy to guess; a sentence of a few unrelated words is a good one.",
  );

/**
 * Refuses a password that holds the user's name or is easy to guess, by an offline list of common passwords
 * and the ways people stretch them.
 */
export async function refuseWeakPassword(password: string, username: string): Promise<void> {
  const lower = password.toLowerCase();
  if (username.length >= 3 && lower.includes(username.toLowerCase())) {
    throw new AppError("invalid_input", "The password must not hold the user name.");
  }
  const estimate = await loadEstimator();
  const guesses = estimate(password.slice(0, LOOKED_AT_MAX), [username, "ai desktop", "aidesktop"]);
  if (guesses < GUESSES_MIN) throw tooCommon();
}

type Estimate = (password: string, words: string[]) => number;
let estimator: Promise<Estimate> | undefined;

/** The list costs some megabytes, and most runs of the server never need it. */
function loadEstimator(): Promise<Estimate> {
  estimator ??= (async () => {
    const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
      import("@zxcvbn-ts/core"),
      import("@zxcvbn-ts/language-common"),
    ]);
    const zxcvbn = new ZxcvbnFactory({ graphs: adjacencyGraphs, dictionary });
    return (password, words) => zxcvbn.check(password, words).guesses;
  })();
  return estimator;
}
