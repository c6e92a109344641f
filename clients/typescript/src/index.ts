/** Client of Stepgate, two-factor authentication as a service. It fails closed: no error is a log-in. */

export type { Assertion } from "./assertion.js";
export { type Settings, Stepgate } from "./client.js";
export {
  InvalidCode,
  Locked,
  LogInEnded,
  type ProblemCode,
  type Refusal,
  Refused,
  StepgateError,
  Unavailable,
} from "./errors.js";
export type { Fetch } from "./exchange.js";
export type {
  AskedFor,
  ChallengeLinkOptions,
  ChallengeOptions,
  EnrolmentLinkOptions,
  EnrolOptions,
  ForVisitor,
  ImportOptions,
  WithProof,
} from "./options.js";
export type { Proof, Visitor } from "./parameters.js";
export type {
  App,
  Authenticator,
  Challenge,
  Confirmation,
  Enrolment,
  Link,
  Redemption,
  Resync,
  User,
  Verification,
} from "./results.js";
