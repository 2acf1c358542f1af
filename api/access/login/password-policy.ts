import { AppError } from "../../../shared/server/errors.ts";
import { messages } from "../messages.ts";

/** Guesses below which a password is too common: entries of lists, repeats, keyboard rows, dates. */
const GUESSES_MIN = 1e8;
/** Characters that are estimated: the time of an estimate grows faster than the length, and a strong beginning is enough. */
const LOOKED_AT_MAX = 64;

const tooCommon = () => new AppError("invalid_input", messages.passwordTooCommon);

/**
 * Refuses a password that contains the user name or is easy to guess, by offline lists of common passwords and their
 * usual variations.
 *
 * @throws AppError `invalid_input`
 */
export async function refuseWeakPassword(password: string, username: string): Promise<void> {
  const lower = password.toLowerCase();
  if (username.length >= 3 && lower.includes(username.toLowerCase())) {
    throw new AppError("invalid_input", messages.passwordHoldsName);
  }
  const estimate = await loadEstimator();
  const guesses = estimate(password.slice(0, LOOKED_AT_MAX), [username, "ai desktop", "aidesktop"]);
  if (guesses < GUESSES_MIN) throw tooCommon();
}

type Estimate = (password: string, words: string[]) => number;
let estimator: Promise<Estimate> | undefined;

/** Loaded on first use: the lists take some megabytes, and most runs of the server need none. */
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
