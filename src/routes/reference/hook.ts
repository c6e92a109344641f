/** What a hook is asked and may answer, as the reference shows it. */

import { METHODS } from "../../crypto/code";
import { APP_ID, AT, OWN_USER_ID, USER_ID } from "./story";

const method = { type: "string", enum: METHODS };
const methods = { type: "array", items: method, minItems: 1 };
const textOrNull = { type: ["string", "null"] };

/** An object in which everything is there. */
function object(properties: Record<string, object>) {
  return { type: "object", properties, required: Object.keys(properties) };
}

const HookQuestion = {
  description: "What a hook is asked before a challenge is made.",
  ...object({
    id: {
      type: "string",
      description: "New with every question. Also in the header `webhook-id`.",
    },
    type: { type: "string", const: "challenge.creating" },
    version: { type: "integer", const: 1 },
    timestamp: { type: "string", format: "date-time" },
    data: object({
      appId: { type: "string", description: "`accounts` for a log-in of the user API." },
      user: object({
        id: { type: "string", description: "This service's own id of the user." },
        externalId: { type: "string", description: "Your own id of the user." },
      }),
      purpose: { ...textOrNull, description: "As in the call that asks for the challenge." },
      methods: { ...methods, description: "What the challenge can be answered with." },
      endUser: {
        ...object({ ip: textOrNull, userAgent: textOrNull }),
        description:
          "As your back end said in `Stepgate-User-IP` and `Stepgate-User-Agent`, or else its own.",
      },
    }),
  }),
};

const decision = (name: string) => ({ type: "string", const: name });

const HookAnswer = {
  description:
    "What a hook may answer, with status 200, in less than 4 KiB and within two seconds.",
  oneOf: [
    { ...object({ decision: decision("allow") }), additionalProperties: false },
    {
      type: "object",
      properties: {
        decision: decision("deny"),
        reason: {
          type: "string",
          description:
            "For the audit trail, which keeps 100 printable characters. Name nobody in it.",
        },
      },
      required: ["decision"],
    },
    {
      ...object({
        decision: decision("require"),
        methods: {
          ...methods,
          description: "The challenge takes only these. The user must have each of them.",
        },
      }),
      additionalProperties: false,
    },
  ],
};

const question = {
  id: "hook_7f1c2b9e-3a54-4d0e-9c61-52f0a8d3b6e7",
  type: "challenge.creating",
  version: 1,
  timestamp: AT.challenged,
  data: {
    appId: APP_ID,
    user: { id: OWN_USER_ID, externalId: USER_ID },
    purpose: "payment:4711",
    methods: ["totp", "backup_code"],
    endUser: { ip: "192.0.2.1", userAgent: "Mozilla/5.0" },
  },
};

function json(schema: string, example: object) {
  return { "application/json": { schema: { $ref: `#/components/schemas/${schema}` }, example } };
}

/** Its entry in the member `webhooks` of the document, and its schemas. `parameters` are the signed headers. */
export function describeHook(parameters: object[]) {
  const post = {
    operationId: "onChallengeCreating",
    tags: ["Hook"],
    summary: "A challenge is about to be made",
    description:
      "Asked of the app's hook, if it has one, and not sent again. Any answer but the documented ones is a failure: `failureMode` says what follows.",
    security: [],
    parameters,
    requestBody: { required: true, content: json("HookQuestion", question) },
    responses: {
      200: {
        description: "The decision",
        content: json("HookAnswer", { decision: "require", methods: ["totp"] }),
      },
    },
  };
  return {
    webhooks: { "challenge.creating": { post } },
    schemas: { HookQuestion, HookAnswer },
  };
}
