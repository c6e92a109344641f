// With its ending, because npm run openapi reads this file as it is.
import { ACCESS_PROBLEMS } from "./problem-access.ts";

/**
 * Everything that can go wrong for a caller: status, title and what to do. It is written here and
 * nowhere else: the reference, the pages that `type` links to and `docs/problems.md` are made from
 * it. Codes are stable: a client may branch on them.
 */
export const PROBLEMS = {
  malformed_request: {
    status: 400,
    title: "The request could not be read.",
    help: "Send a JSON document in UTF-8, or a form where the call takes one. Octets that are not UTF-8 are refused in bodies, paths and queries, even if they are percent-encoded, because they would be read as other letters. A byte order mark in front of JSON is ignored, and an empty body is an empty object.",
  },
  ...ACCESS_PROBLEMS,
  not_found: {
    status: 404,
    title: "There is nothing here.",
    help: "The id is unknown, belongs to another app, or has expired. The answer does not tell which. A path that does not exist is `unknown_path`. `GET /v1/users/{userId}` never answers this: a user whom the app has not named is `known: false`.",
  },
  unknown_path: {
    status: 404,
    title: "There is nothing at this path.",
    help: "The URL is wrong. Look for a typing mistake in it, or for a base URL that already ends in `/v1`. This answer says nothing about any user or id. The paths of a published API that is not in `COMPAT` are unknown too.",
  },
  not_enrolled: {
    status: 404,
    title: "The user has no active authenticator.",
    help: "Enrol an authenticator and confirm it first. Backup codes alone are not a second factor.",
  },
  method_not_allowed: {
    status: 405,
    title: "This path does not take this method.",
    help: "The `Allow` header lists the methods that this path takes.",
  },
  request_timeout: {
    status: 408,
    title: "The request did not arrive in time.",
    help: "The body took longer than ten seconds. Send it again.",
  },
  already_confirmed: {
    status: 409,
    title: "The authenticator is already active.",
    help: "The enrolment was confirmed before. Verify codes instead.",
  },
  already_created: {
    status: 409,
    title: "This was created before, and is shown only once.",
    help: "A call with this Idempotency-Key was carried out, and what it made is shown only once. If you lost its answer, make a new one with a new key.",
  },
  too_many_webhooks: {
    status: 409,
    title: "This app has as many webhooks as it may have.",
    help: "An app has ten webhooks at most. Delete one that is not used any more, or let one receiver pass events on.",
  },
  app_built_in: {
    status: 409,
    title: "This app belongs to the service and cannot be deleted.",
    help: "The users of the user API belong to this app. You can change its settings like those of any app.",
  },
  email_taken: {
    status: 409,
    title: "There is an account with this e-mail address.",
    help: "Log in, or use another address. Capitals, and spaces around the address, make no difference.",
  },
  username_taken: {
    status: 409,
    title: "There is an account with this user name.",
    help: "Choose another user name. Capitals, and spaces around the name, make no difference.",
  },
  conflict: {
    status: 409,
    title: "Something else changed this at the same time. Try again.",
    help: "Another change to the same user came first. Nothing was changed. Repeat the call.",
  },
  enrolment_closed: {
    status: 409,
    title: "The enrolment has expired or used up its tries.",
    help: "Five wrong codes end an enrolment. Enrol again and scan the new QR code.",
  },
  secret_in_use: {
    status: 409,
    title: "The user already has an authenticator with this secret.",
    help: "Each authenticator of a user needs a secret of its own.",
  },
  too_many_authenticators: {
    status: 409,
    title: "The user has as many authenticators as are allowed.",
    help: "A user has at most five. Remove one first.",
  },
  link_ended: {
    status: 410,
    title: "The link is unknown, has expired or was used.",
    help: "A link is good once, for a quarter of an hour, and only in the browser that opened it. It ends when it is cancelled, with any change to the user's factors or the app's settings, and with the key that made it. Ask for a new one.",
  },
  request_too_large: {
    status: 413,
    title: "The request body is too large.",
    help: "`detail` names the limit. No request of this API needs more.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The request body has to be JSON in UTF-8, uncompressed.",
    help: "Send `Content-Type: application/json`, and with a logo `image/png` or `image/svg+xml`. The only `charset` is `utf-8`, and the only `Content-Encoding` is `identity`.",
  },
  clock_skew: {
    status: 422,
    title: "The code is right for another time: the phone's clock is off.",
    help: "This happens only at confirmation. Set the phone's clock to automatic and try again. `offsetSeconds` says by how many seconds the clock is ahead. A negative number means that it is behind.",
  },
  idempotency_mismatch: {
    status: 422,
    title: "This Idempotency-Key was used for another request.",
    help: "Use a new Idempotency-Key for a new request. Repeat a request only with the body it had.",
  },
  invalid_code: {
    status: 422,
    title: "The code is wrong, expired or already used.",
    help: "Wrong, expired and already used codes all get this answer. Wait for the next code and try again. `attemptsRemaining: 0` says that this code used up the challenge: ask for a new one. `lockedUntil` says that this code locked the user, and until when; `Retry-After` says for how many seconds. `capped` says that only an operator can end it. A right code that was used before is refused without being charged.",
  },
  method_not_accepted: {
    status: 422,
    title: "This challenge does not take this kind of code.",
    help: "The app's hook requires another kind (docs/hook.md): `methods` of the challenge says which. Nothing was charged, no code is spent, and the challenge is still open.",
  },
  invalid_request: {
    status: 422,
    title: "The request does not have the documented form.",
    help: "`detail` names the fields, and `errors` has one entry for each: its `pointer` leads to a field of the body, its `parameter` is a name in the path, the query or a header. Unknown fields are refused, and so is half of a surrogate pair (`\\ud800`) in any text. `null` leaves an optional field out. Nothing was changed, and no attempt was charged.",
  },
  parameters_ignored: {
    status: 422,
    title: "The app makes its codes with other parameters than those of the enrolment.",
    help: "This happens only at confirmation. The code is right for the `algorithm`, `digits` and `period` named here, because the app ignores those in the QR code. Enrol anew with the parameters named here, or use another app. Every app honours SHA1, 6 digits and 30 seconds.",
  },
  return_url_not_registered: {
    status: 422,
    title: "This return URL is not registered for the app.",
    help: "Without its query, the URL has to be one of the app's `returnUrls`, character by character. The operator registers them in the app's settings.",
  },
  time_zone: {
    status: 422,
    title: "The code is right for another time zone: the phone's time was set by hand.",
    help: "This happens only at confirmation. The phone's clock is off by as much as time zones differ. Set its date, time and time zone to automatic and try again. `offsetSeconds` says by how many seconds the clock is ahead. A negative number means that it is behind.",
  },
  weak_password: {
    status: 422,
    title: "The password is too weak.",
    help: "`reason` says what is wrong with the password: `too_short` or `too_long` (`length` is the limit), `common` (a listed password, or little more than one), `repeated`, `sequence` (of the alphabet, numbers or a keyboard), `contains_name` (the e-mail address, user name or name, or something close to them), or `not_text` (U+0000, U+FFFD or half of a surrogate pair). `detail` says it in words. Four unrelated words make a good password.",
  },
  locked: {
    status: 429,
    title: "Too many wrong codes. The user has to wait.",
    help: "There were too many wrong codes in a row. `lockedUntil` says until when the user is locked, and `Retry-After` for how many seconds. If the answer has `capped` instead, the lock lasts until an operator resets the user. Until then a right code is refused, and is not used up.",
  },
  rate_limited: {
    status: 429,
    title: "Too many requests. Try again later.",
    help: "Wait for the number of seconds in `Retry-After`.",
  },
  internal_error: {
    status: 500,
    title: "Something failed on our side.",
    help: "Nothing was accepted. The log has a line with the request id.",
  },
  unreadable_data: {
    status: 500,
    title: "Something that is stored here cannot be read.",
    help: "A row was altered or moved, or its key is missing. Nothing was accepted. The operator has to mend it: the log line with the request id says which row and what to do.",
  },
  misconfigured: {
    status: 500,
    title: "The service is not set up correctly.",
    help: "The log names the setting at fault. Nothing is served until an operator corrects it.",
  },
  archive_unavailable: {
    status: 503,
    title: "The archive of the audit trail cannot be read right now.",
    help: "The bucket does not answer, or is no longer bound to the Worker. Newer events are still listed: ask for them with `since`. Nothing else waits for the archive.",
  },
  hook_failed: {
    status: 503,
    title: "The app's hook does not answer as it should.",
    help: "The app has a hook (docs/hook.md), which decides about challenges, and it gave no answer within two seconds, or none that can be used. The log line with the request id says what was wrong. Nothing was created, and no code was charged. Try again later. Do not fall back to the password alone.",
  },
  unavailable: {
    status: 503,
    title: "The service cannot answer right now.",
    help: "The database does not answer or has not been migrated. Nothing was accepted unless the answer said so. Try again with the next code, because a code that was sent meanwhile may be spent.",
  },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;
