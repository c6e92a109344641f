/** What webhooks are sent and a hook is asked, as the reference shows it: a message for each type of event. */

import { EVENT_TYPES, type EventType, type Message } from "../../core/webhook/message";
import { describeHook } from "./hook";
import { APP_ID, AT, AUTHENTICATOR_ID, KEY_ID, OWN_USER_ID, USER_ID } from "./story";

/** What has happened when such an event is sent. */
const SAYS: Record<EventType, string> = {
  "account.changed": "The user changed their name, e-mail address or user name.",
  "account.created": "An account was made.",
  "account.secured":
    "The user said that somebody else was in the account, and set a new password. All sessions have ended.",
  "api_key.created": "The app got another API key.",
  "api_key.revoked": "An API key of the app was revoked.",
  "authenticator.enrolled": "An authenticator was added. It counts once its first code is right.",
  "authenticator.confirmed":
    "The first code of an authenticator was right. The user has a second factor.",
  "authenticator.imported": "An authenticator was taken over from another system.",
  "authenticator.removed": "An authenticator was removed.",
  "authenticator.renamed": "An authenticator got another name.",
  "authenticator.resynchronised":
    "Two codes in a row have shown how far the clock of an authenticator is off.",
  "authenticator.step_reset":
    "Codes of an authenticator are taken again after the service's clock was set back.",
  "backup_codes.rotated": "The user has new backup codes. The ones before are void.",
  "challenge.answered": "A code was given to a challenge. `outcome` says whether it was right.",
  "challenge.cancelled": "The user cancelled a challenge.",
  "challenge.denied": "The app's hook refused a challenge. `reason` is what the hook said.",
  "code.verified": "A code was checked. `outcome` says whether it was right.",
  "device.new":
    "A user of the user API signed in from a browser and a network that had not been used before.",
  "device.revoked": "A trusted device is trusted no more.",
  "device.trusted": "The user trusted a device. It is asked for no code until that ends.",
  "email.code_sent":
    "A code was sent to the address of an account. `reason` says what it is good for: `address` or `password`.",
  "email.proven":
    "The user proved their e-mail address. With the outcome `failure`, a code for that was wrong.",
  "link.cancelled": "The user cancelled on the page of a link.",
  "link.created": "A link to a page of this service was made for the user.",
  "link.opened": "The link was opened.",
  "password.changed": "The user has a new password.",
  "password.reset":
    "The user set a new password by a code from a mail. With the outcome `failure`, a code for that was wrong.",
  "password.given": "A password was given to log in. `outcome` says whether it was right.",
  "second_factor.disabled": "The user turned two-factor authentication off.",
  "session.reused": "A refresh token was used twice, so the session was ended.",
  "session.revoked": "Sessions of the user were ended.",
  "user.capped": "After too many wrong codes the user is locked until an operator helps.",
  "user.deleted": "The user was deleted.",
  "user.disabled": "The operator disabled the user.",
  "user.enabled": "The operator enabled the user again.",
  "user.locked": "After wrong codes in a row no code is taken for a while.",
  "user.refused": "Attempts are refused without being looked at. Sent once a minute at most.",
  "user.reset": "The operator took all factors from the user, who has to set one up again.",
  "user.unlocked": "A lock was ended before its time.",
};

const HEADERS = [
  ["webhook-id", "The id of the message, the same whenever it is sent again."],
  ["webhook-timestamp", "When it was sent: seconds since 1970. Refuse what is five minutes old."],
  [
    "webhook-signature",
    "`v1,` and the signature in Base64; while the secret is replaced, two of them.",
  ],
] as const;

const SIGNED_HEADERS = HEADERS.map(([name, description]) => ({
  name,
  in: "header",
  required: true,
  description,
  schema: { type: "string" },
}));

/** The member `webhooks` of the document (OpenAPI 3.1), and the schema of each message. */
export function describeWebhooks() {
  const hook = describeHook(SIGNED_HEADERS);
  const webhooks = EVENT_TYPES.map((type) => [type, { post: operationOf(type) }] as const);
  const schemas = EVENT_TYPES.map((type) => [schemaName(type), schemaOf(type)] as const);
  return {
    webhooks: { ...Object.fromEntries(webhooks), ...hook.webhooks },
    schemas: { ...Object.fromEntries(schemas), ...hook.schemas },
  };
}

function operationOf(type: EventType) {
  return {
    operationId: `on${schemaName(type).replace(/Event$/, "")}`,
    tags: ["Events"],
    summary: SAYS[type].replace(/\..*$/s, ""),
    description: SAYS[type],
    security: [],
    parameters: SIGNED_HEADERS,
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: { $ref: `#/components/schemas/${schemaName(type)}` },
          example: exampleOf(type),
        },
      },
    },
    responses: {
      "2XX": { description: "Taken. Anything else, and the message is sent again." },
    },
  };
}

function schemaOf(type: EventType) {
  return {
    description: SAYS[type],
    allOf: [
      { $ref: "#/components/schemas/Event" },
      { type: "object", properties: { type: { type: "string", const: type } }, required: ["type"] },
    ],
  };
}

/** `UserLockedEvent` of `user.locked`. */
function schemaName(type: EventType): string {
  const words = type.split(/[._]/).map((word) => word[0]?.toUpperCase() + word.slice(1));
  return `${words.join("")}Event`;
}

function exampleOf(type: EventType): Message {
  const isCode = type === "code.verified" || type === "challenge.answered";
  const sequence = Date.parse(AT.loggedIn) * 1000;
  return {
    id: `evt_${sequence}`,
    type,
    version: 1,
    sequence,
    timestamp: AT.loggedIn,
    data: {
      appId: APP_ID,
      user: type.startsWith("api_key.")
        ? null
        : { id: OWN_USER_ID, externalId: externalIdOf(type) },
      outcome: type === "user.refused" ? "refused" : "success",
      reason: type === "user.refused" ? "locked" : null,
      method: isCode ? "totp" : null,
      authenticatorId: isCode || type.startsWith("authenticator.") ? AUTHENTICATOR_ID : null,
      actor: `key:${KEY_ID}`,
    },
  };
}

function externalIdOf(type: EventType): string | null {
  return type === "user.deleted" ? null : USER_ID;
}

/** The message of the story: Ada's code was right. */
export const EVENT_EXAMPLE = exampleOf("code.verified");
