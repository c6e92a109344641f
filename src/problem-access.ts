/** The part of the table of problems that is about who is asking, and what they may (401 and 403). */
export const ACCESS_PROBLEMS = {
  unauthorized: {
    status: 401,
    title: "A valid API key or token is needed.",
    help: "Send `Authorization: Bearer …` with an API key of the app (`/v1`) or the operator's token (`/admin`). A key that was revoked or has expired is refused like an unknown one.",
  },
  invalid_signature: {
    status: 401,
    title: "The signature of the request is not good.",
    help: "A signed request needs the headers `Signature-Input` and `Signature` (RFC 9421): HMAC-SHA-256 over `@method`, `@target-uri` and, if there is a body, `content-digest` (RFC 9530, SHA-256), with `created` and `keyid`. `created` may differ from the service's clock by a minute (`GET /v1/time`). `detail` names what is missing. `@target-uri` is the URL as the service sees it. Nothing was changed.",
  },
  invalid_credentials: {
    status: 401,
    title: "The name or the password is wrong.",
    help: "An unknown e-mail address or user name, a wrong password, and too many wrong passwords all get this answer. After ten wrong passwords from one place, wait a quarter of an hour.",
  },
  session_ended: {
    status: 401,
    title: "The session has ended. Log in again.",
    help: "The session was logged out, revoked, left unused or has reached its end. Or a refresh token was used a second time, which ends its session. Each refresh token is good for one use: keep the newest.",
  },
  invalid_challenge: {
    status: 401,
    title: "The challenge is unknown, expired or already answered.",
    help: "Ask for a new challenge. A challenge is good for one right answer and five wrong ones. It ends with its time, with any change to the user's factors or the app's settings, and with the key that made it. The challenge of a link also ends when it is cancelled. Nothing was charged.",
  },
  invalid_mailed_code: {
    status: 401,
    title: "The code from the mail is wrong, used or too old.",
    help: "A code is good once, for a quarter of an hour, and ends with five wrong ones, with the next code that is sent, and with another e-mail address. Whether there is an account with this address cannot be told from this answer. Ask for a new code. Nothing was changed.",
  },
  insufficient_scope: {
    status: 403,
    title: "The API key does not have the scope for this.",
    help: "Use a key that has the scope named in `detail`.",
  },
  address_not_allowed: {
    status: 403,
    title: "The API key is not good from this address.",
    help: "The key was made for the `addresses` that its list in the app shows, and this call comes from none of them. Call from there, or have the operator make another key. Nothing was changed.",
  },
  origin_not_allowed: {
    status: 403,
    title: "This origin is not registered for the app.",
    help: "The app has registered origins, and the request's `Origin` header is none of them. Register the origin in the app's settings. If a cookie is used or asked for, a request that changes something has to say where it comes from. Browsers send `Origin` by themselves.",
  },
  enrolment_required: {
    status: 403,
    title: "A second factor has to be set up first.",
    help: "This service requires a second factor. This session can only enrol and confirm an authenticator.",
  },
  password_required: {
    status: 403,
    title: "The password has to be given again.",
    help: "This call needs a password given less than five minutes ago. Send it to `POST /auth/step-up`, and repeat the call with the tokens in the answer.",
  },
  proof_required: {
    status: 403,
    title: "The user has to prove their present factor for this.",
    help: "The app demands a proof (`requireProof`), and the user has an active factor. Send `proof` with a code that the user has just typed. Or send it with the id of a challenge whose purpose is `factor_change` and that the user answered less than five minutes ago. One proof is good for one change, and only as long as nothing else happens to the user's factors. An enrolment that was begun before there was a factor cannot be confirmed beside one: begin it anew. Nothing was changed.",
  },
  registration_closed: {
    status: 403,
    title: "Registration is closed here.",
    help: "Only an operator can make an account here.",
  },
  mail_off: {
    status: 403,
    title: "This service sends no mail.",
    help: "The operator has not set up mail (`MAIL`, docs/mail.md), so no address can be proven, and no forgotten password be replaced by mail. Ask an operator for a reset.",
  },
  second_factor_required: {
    status: 403,
    title: "A code is needed for this.",
    help: "This call needs a code given less than five minutes ago. Send one to `POST /auth/step-up`, and repeat the call with the tokens in the answer.",
  },
  user_disabled: {
    status: 403,
    title: "The user is disabled.",
    help: "An operator disabled the user. Only an operator can enable them.",
  },
  rebinding_required: {
    status: 403,
    title: "The second factor was reset and has to be set up anew.",
    help: "An operator reset the user's second factor. Enrol an authenticator with the `rebindToken` from the answer to the reset. Do not fall back to the password alone.",
  },
  hook_denied: {
    status: 403,
    title: "The app's hook refuses this challenge.",
    help: "The app has a hook (docs/hook.md), which said no to a challenge for this user. The reason, if it gave one, is in the audit trail. Ask whoever runs the app. Do not fall back to the password alone. Nothing was created, and no code was charged.",
  },
} as const;
