/**
 * A row is one factor of one user, as every reader gives it: who the user is, the secret in bytes,
 * and how its codes are made. A row that cannot move has a `code` instead, a word that says why.
 * No row is ever printed except for the user's name and that word.
 */

const ALGORITHMS = new Set(["SHA1", "SHA256", "SHA512"]);
/** The bounds of src/core/policy.ts, which scripts/import.test.mjs compares. */
export const BOUNDS = {
  digits: { min: 6, max: 8 },
  period: { min: 15, max: 120 },
  drift: { min: -10, max: 10 },
  bytes: { min: 16, short: 10, max: 128 },
};

/**
 * Makes a row. `user` has what the other system knows of the user: `id`, `username` and `email`,
 * and the `serial` of the token. `drift` is in steps, and `lastStep` is the step of the last code
 * that was accepted there. Values that are left out are those of every authenticator app.
 */
export function factor(user, { secret, name, lastStep, ...given }) {
  const parameters = {
    algorithm: readAlgorithm(given.algorithm),
    digits: readNumber(given.digits, 6),
    period: readNumber(given.period, 30),
  };
  const drift = readNumber(given.drift, 0);
  const code = secret ? fault({ ...parameters, drift }) : "unreadable";
  if (code) return refused(user, code);
  const last = readNumber(lastStep, -1);
  return {
    user: textsOf(user),
    secret,
    ...parameters,
    ...(drift !== 0 && { drift }),
    ...(last > 0 && { lastStep: last }),
    ...(isName(name) && { name: name.trim() }),
  };
}

/** A row that cannot move, or that has nothing to move, with the word for it. */
export function refused(user, code) {
  return { user: textsOf(user), code };
}

/** `HmacSHA256`, `sha-256` and `SHA256` are one. */
function readAlgorithm(text) {
  return String(text || "SHA1")
    .toUpperCase()
    .replace(/^HMAC-?/, "")
    .replace("-", "");
}

/** A number, or the text of one. Anything else is NaN, which is out of every bound. */
function readNumber(value, otherwise) {
  if (value === undefined || value === null || value === "") return otherwise;
  return /^-?\d{1,15}$/.test(String(value).trim()) ? Number(value) : NaN;
}

function fault({ algorithm, ...numbers }) {
  if (!ALGORITHMS.has(algorithm)) return "unsupported_algorithm";
  const wrong = Object.entries(numbers).find(([name, value]) => !isWithin(value, BOUNDS[name]));
  return wrong && `unsupported_${wrong[0]}`;
}

function isWithin(value, { min, max }) {
  return value >= min && value <= max;
}

/** Whether it is a name that the API takes. It is a convenience, and no reason to leave a row. */
function isName(name) {
  if (typeof name !== "string" || name.trim() === "") return false;
  return Array.from(name.trim()).length <= 64 && !/[\p{Cc}\p{Cs}]/u.test(name);
}

function textsOf(user) {
  const known = Object.entries(user)
    .filter(([, value]) => ["string", "number"].includes(typeof value))
    .map(([name, value]) => [name, String(value).trim()])
    .filter(([, value]) => value !== "");
  return Object.fromEntries(known);
}
