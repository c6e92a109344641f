/** The shapes of the server API that this package uses, by the path that they belong to. */

import type { paths } from "./api.js";

type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : never;
type Sent<Operation> = Operation extends { requestBody?: infer Body } ? Json<Body> : never;
type Answered<Operation, Status extends number> = Operation extends {
  responses: { [S in Status]: infer Response };
}
  ? Json<Response>
  : never;

type User = paths["/v1/users/{userId}"];
type Authenticators = paths["/v1/users/{userId}/authenticators"]["post"];
type Verify = paths["/v1/users/{userId}/verify"]["post"];
type Confirm = paths["/v1/users/{userId}/authenticators/{id}/confirm"]["post"];
type BackupCodes = paths["/v1/users/{userId}/backup-codes"]["post"];

export type ProblemAnswer =
  paths["/v1/app"]["get"]["responses"][401]["content"]["application/problem+json"];
export type AppAnswer = Answered<paths["/v1/app"]["get"], 200>;
export type UserAnswer = Answered<User["get"], 200>;
export type AuthenticatorAnswer = UserAnswer["authenticators"][number];
export type EnrolBody = Sent<Authenticators>;
export type EnrolAnswer = Answered<Authenticators, 201>;
export type ActiveAnswer = Extract<EnrolAnswer, { status: "active" }>;
export type ConfirmAnswer = Answered<Confirm, 200>;
export type VerifyAnswer = Answered<Verify, 200>;
export type ResyncAnswer = Answered<paths["/v1/users/{userId}/resync"]["post"], 200>;
export type BackupCodesAnswer = Answered<BackupCodes, 200>;
export type ChallengeAnswer = Answered<paths["/v1/challenges"]["post"], 201>;
export type LinkAnswer = Answered<paths["/v1/enrolment-links"]["post"], 201>;
export type RedeemAnswer = Answered<paths["/v1/challenge-links/redeem"]["post"], 200>;
export type JwksAnswer = Answered<paths["/.well-known/jwks.json"]["get"], 200>;
export type ProofBody = NonNullable<EnrolBody["proof"]>;

export type Scope = AppAnswer["key"]["scopes"][number];
export type Method = RedeemAnswer["method"];
export type Encoding = NonNullable<EnrolBody["encoding"]>;
export type Algorithm = NonNullable<EnrolBody["algorithm"]>;
