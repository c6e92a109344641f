/** The shapes of the server API that this package uses, as its API document names them. */

import type { components, operations } from "./api.js";

type Schemas = components["schemas"];
type Sent<Operation> = Operation extends {
  requestBody?: { content: { "application/json": infer Body } };
}
  ? Body
  : never;

/** Of whatever code: branch on `code` to narrow it. */
export type ProblemAnswer = Schemas[Extract<keyof Schemas, `${string}Problem`>];
export type AppAnswer = Schemas["OwnApp"];
export type UserAnswer = Schemas["User"];
export type AuthenticatorAnswer = Schemas["Authenticator"];
export type EnrolAnswer = Schemas["NewAuthenticator"];
export type ConfirmAnswer = Schemas["Confirmation"];
export type VerifyAnswer = Schemas["Verification"];
export type ResyncAnswer = Schemas["Resynchronisation"];
export type BackupCodesAnswer = Schemas["BackupCodes"];
export type ChallengeAnswer = Schemas["Challenge"];
export type LinkAnswer = Schemas["EnrolmentLink"];
export type RedeemAnswer = Schemas["Redemption"];
export type JwksAnswer = Schemas["JwkSet"];
export type ProofBody = Schemas["Proof"];

export type EnrolBody = Sent<operations["enrolAuthenticator"]>;
export type Scope = AppAnswer["key"]["scopes"][number];
export type Method = RedeemAnswer["method"];
export type Encoding = NonNullable<EnrolBody["encoding"]>;
export type Algorithm = NonNullable<EnrolBody["algorithm"]>;
