/** The fields of an account that the operator makes. */

import { z } from "@hono/zod-openapi";
import { isPasswordHash } from "../../crypto/password-hash";
import { Password, RegistrationSchema } from "../user/shared";

export const NewAccount = RegistrationSchema.extend({
  password: Password.optional(),
  passwordHash: z
    .string()
    .max(256)
    .refine(isPasswordHash, "a hash of the documented form, and not too costly")
    .optional()
    .openapi({
      description:
        "In the place of `password`: what another system made of it, as a PHC string of argon2id with at most 64 MiB, 10 passes and 4 lanes. " +
        "The password is hashed anew at the first log-in with it. It is not judged, because nobody knows it.",
      example:
        "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$UmmXEjzxP7d4X1Ul4pDCEYzVDAxJ4d9P9TTQjVVc1nA",
    }),
}).refine(
  ({ password, passwordHash }) => (password === undefined) !== (passwordHash === undefined),
  { path: ["password"], message: "either `password` or `passwordHash`" },
);
