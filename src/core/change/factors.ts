/** The effects that end a user's factors. */

import { effect } from "../../db/effect";

export const DELETE_AUTHENTICATORS = effect("DELETE FROM authenticators", "user_id = :userId");
export const DELETE_PENDING = effect(
  "DELETE FROM authenticators",
  "user_id = :userId AND state = 'pending'",
);
export const DELETE_BACKUP_CODES = effect("DELETE FROM backup_codes", "user_id = :userId");
