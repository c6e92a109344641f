/** Two users in memory, with hashes by scrypt. Yours are in a database. */

import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";

/** The id never changes, whatever happens to the address. */
const USERS = [
  newUser("user-1", "ada@example.com", "first-program-1843"),
  newUser("user-2", "grace@example.com", "nanosecond-1906"),
];

function newUser(id, email, password) {
  const salt = randomBytes(16);
  return { id, email, salt, hash: scryptSync(password, salt, 32) };
}

/** The id of the user, or null. An unknown address takes as long as a wrong password. */
export function checkPassword({ email = "", password = "" }) {
  const user = USERS.find((one) => one.email === email);
  const { salt, hash } = user ?? USERS[0];
  const isRight = timingSafeEqual(scryptSync(password, salt, 32), hash);
  return user && isRight ? user.id : null;
}

export function emailOf(userId) {
  return USERS.find(({ id }) => id === userId).email;
}
