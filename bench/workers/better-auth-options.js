/**
 * better-auth with its two-factor plugin as its documentation sets it up on D1: the binding is the database. What Stepgate's bench leaves
 * out is left out here too: rate limits and the log.
 */

import { twoFactor } from "better-auth/plugins/two-factor";

export function optionsFor({ DB, ISSUER_URL, ADMIN_TOKEN }) {
  return {
    database: DB,
    baseURL: ISSUER_URL,
    secret: ADMIN_TOKEN,
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    logger: { disabled: true },
    telemetry: { enabled: false },
    plugins: [twoFactor()],
  };
}
