/** The hash alone: one password verified by the code that the service itself uses, and an answer. What a log-in costs beyond this is Stepgate's. */

import { DUMMY_HASH, verifyPassword } from "../../src/crypto/password-hash";

// oxlint-disable-next-line import/no-default-export -- A Worker is its module's default export.
export default {
  async fetch(request) {
    const { password } = await request.json();
    return Response.json({ valid: await verifyPassword(DUMMY_HASH, password) });
  },
};
