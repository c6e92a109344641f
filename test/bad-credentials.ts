/** Credentials that open nothing, some of them all but right. */

import { bearer } from "./service";
import type { Operation } from "./operations";
import { TEST_SECRETS } from "./secrets";
import { tokenFor, type World } from "./world";

/** A key of the right form and checksum that nobody was given. */
const UNKNOWN_KEY = await (async () => {
  const stem = `sg_${"a".repeat(16)}_${"b".repeat(52)}`;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(stem));
  return stem + new Uint8Array(digest).subarray(0, 4).toHex();
})();

export function badCredentials(
  { credential }: Operation,
  world: World,
): Record<string, Record<string, string>> {
  const { app, revokedKey, expiredKey } = world;
  const token = tokenFor(credential, world);
  const ofSession = credential === "accessToken";
  return {
    none: { authorization: "" },
    junk: bearer("junk"),
    "well-formed but unknown": bearer(UNKNOWN_KEY),
    "with a character near its end changed": bearer(
      token.replace(/.(?=.{4}$)/, (one) => (one === "0" ? "1" : "0")),
    ),
    "with its first secret character changed": bearer(
      token.replace(/_(.)(?=.{59}$)|^t|^e/, (start) => (start.endsWith("a") ? "_b" : "_a")),
    ),
    "in capitals": bearer(token.toUpperCase()),
    "cut short": bearer(token.slice(0, -1)),
    "with something behind it": bearer(`${token} x`),
    "as Basic": { authorization: `Basic ${token}` },
    "without a scheme": { authorization: token },
    "of another plane": bearer(credential === "apiKey" ? TEST_SECRETS.ADMIN_TOKEN : app.key),
    revoked: bearer(ofSession ? world.person.revoked : revokedKey),
    expired: bearer(ofSession ? world.person.expired : expiredKey),
    "a challenge token": bearer(world.token),
    "the challenge token of a log-in": bearer(world.person.challengeToken),
    "a refresh token": bearer(world.person.tokens.refreshToken),
  };
}
