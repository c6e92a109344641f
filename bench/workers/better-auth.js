/** What Stepgate is compared with: a popular library for accounts, with its own code for a second factor. */

import { betterAuth } from "better-auth";
import { optionsFor } from "./better-auth-options.js";

let auth;

// oxlint-disable-next-line import/no-default-export -- A Worker is its module's default export.
export default {
  fetch(request, env) {
    auth ??= betterAuth(optionsFor(env));
    return auth.handler(request);
  },
};
