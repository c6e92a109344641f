/**
 * A change to a user, as data. Whoever defines one says what has to hold and what follows; that the
 * caller may still speak and that the app is as it was read, that every statement hangs on the
 * decision, the audit row, the fate of sessions, proofs, Idempotency-Keys and a second look where the
 * first was stale are the same for all, and are here.
 *
 * What does not go through here decides by rules of its own: codes (`code/commit.ts`), passwords
 * (`account/password-gate.ts`) and bare secrets (`code/bare-secrets.ts`).
 */

import { carryOut, claimed, effect, type Effect, type EffectOf } from "../../db/effect";
import {
  statement,
  type NamesIn,
  type Statement,
  type Value,
  type Values,
} from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { eventOf, recorded, type AuditEvent, type AuditType } from "../audit/event";
import { actorOf, isSession, type Actor, type Caller } from "../caller/actor";
import { claimBy, LIVE_APP, LIVE_CALLER } from "../caller/live";
import { loadKnownUser, loadUser } from "../caller/load";
import type { KnownUser } from "../user/record";
import { once, scopeOf, type Created, type IdempotentRequest, type Remember } from "./idempotency";
import { CREATE_USER, orNew } from "./new-user";
import { commitProven, PROVEN, type Proof, type ProofValues } from "./proof";

/** The deciding UPDATE of a change, and what hangs on it. */
interface Decision {
  /** Ends what was minted before it. The session that makes the change is taken along. */
  raisesEpoch?: boolean;
  /** An app may demand a proof of an active factor. */
  needsProof?: boolean;
  /** Other columns of the user's row: `failures = 0`. */
  set?: string;
  /** What has to hold of the user's row besides. */
  only?: readonly string[];
  /** What follows, with the values of the plan. */
  effects?: readonly Pick<EffectOf<never>, "with">[];
}

/** What anybody may say about the change that they ask for. */
interface Asked {
  proof?: Proof | undefined;
  request?: IdempotentRequest | null | undefined;
}

/** Whom it is about, as read, and who asks. */
export interface Context<Found extends KnownUser = KnownUser> {
  deps: Deps;
  caller: Caller;
  actor: Actor;
  found: Found;
}

/** What is to be decided, after a look at what was read. */
export interface Plan<Name extends string, Answer> {
  /** What follows besides, behind the audit row. */
  effects?: readonly Effect[];
  /** What the audit trail says besides. */
  event?: Partial<AuditEvent>;
  /** What is made: an Idempotency-Key remembers it. */
  resourceId?: string;
  /** It ends and adds no factor, as the decision checks: no proof is demanded. */
  isHarmless?: boolean;
  /** Everything is as it is to be: nothing is written. */
  isDone?: boolean;
  values: Values<Name>;
  answer: Answer;
}

/** How a change is made of what was read. Each of these may throw why it cannot be. */
interface Way<Name extends string, Input, Answer, Found extends KnownUser> {
  /** Before an Idempotency-Key is looked at. */
  admit?: (context: Context<Found>, input: Input) => void;
  plan: (context: Context<Found>, input: Input) => Plan<Name, Answer> | Promise<Plan<Name, Answer>>;
  /** Why the decision was against it, if that can be said. */
  explain?: (
    context: Context<Found>,
    plan: Plan<Name, Answer>,
  ) => Promise<Problem | null> | Problem | null;
  /** The answer to a request that was carried out before. */
  replay?: (context: Context<Found>, input: Input, created: Created) => Promise<Answer> | Answer;
}

/** The names that a plan has to give values for. */
type NamesOf<D extends Decision> = Exclude<
  | NamesIn<D["only"] extends readonly string[] ? D["only"][number] : "">
  | NamesIn<D["set"] extends string ? D["set"] : "">
  | (D["effects"] extends readonly (infer One)[] ? NameOf<One> : never),
  keyof ReturnType<typeof claimBy> | keyof ProofValues
>;

type NameOf<One> = One extends (values: infer Given) => Effect
  ? Extract<keyof Given, string>
  : never;

const TAKE_ALONG = effect(
  "UPDATE sessions SET epoch = (SELECT epoch FROM users WHERE id = :userId)",
  "id = :sessionId",
);

/** For a change that ends all sessions: the one that made it stays. */
export function takeAlong(caller: Caller): Effect[] {
  return isSession(caller) ? [TAKE_ALONG({ sessionId: caller.sessionId })] : [];
}

/** Every change that there is: the tests try them all. */
export const CHANGES: { type: AuditType; decision: string }[] = [];

/** What a call of it does: it answers what its plan says. */
export type Change<Input, Answer> = (deps: Deps, caller: Caller, input: Input) => Promise<Answer>;

/**
 * How changes are made to users who are found so. What a change throws, besides what its own parts
 * and finding the user throw: what `commitProven` throws, `idempotency_mismatch`, and `conflict` if
 * twice in a row something was not any more as it had been read.
 */
export function changeOf<Found extends KnownUser>(find: Find<Found>) {
  return <const D extends Decision, Input extends object, Answer>(
    type: AuditType,
    decision: D,
    way: Way<NamesOf<D>, Input, Answer, Found>,
  ): Change<Input, Answer> => {
    const text = decisionText(decision);
    CHANGES.push({ type, decision: text });
    const made = { type, decision, way, find, decide: statement(text) };
    return (deps, caller, input) => make(made, deps, caller, input);
  };
}

/** Of a user who exists. */
export const change = changeOf(loadKnownUser);

/** Of one whom it may make. */
export const firstChange = changeOf(async (deps, caller) =>
  orNew(await loadUser(deps, caller), deps.now),
);

type Find<Found> = (deps: Deps, caller: Caller) => Promise<Found>;

/** A change as it was defined. */
interface Definition<Name extends string, Input, Answer, Found extends KnownUser> {
  type: AuditType;
  decision: Decision;
  way: Way<Name, Input, Answer, Found>;
  find: Find<Found>;
  decide: Statement;
}

async function make<Name extends string, Input extends object, Answer, Found extends KnownUser>(
  definition: Definition<Name, Input, Answer, Found>,
  deps: Deps,
  caller: Caller,
  input: Input & Asked,
): Promise<Answer> {
  const { type, way, find } = definition;
  const look = async () => contextOf(deps, caller, await find(deps, caller));
  const context = await look();
  way.admit?.(context, input);
  return once(
    deps,
    { scope: scopeOf(caller, context.found), request: input.request ?? null },
    (remember) => attempt(definition, { context, look }, input, remember),
    async (created) => {
      if (!way.replay) throw new Error(`${type} has no replay`);
      return way.replay(await look(), input, created);
    },
  );
}

function contextOf<Found extends KnownUser>(deps: Deps, caller: Caller, found: Found) {
  return { deps, caller, actor: actorOf(caller), found };
}

/** Once more if what was read was stale; then the second look says what. */
async function attempt<Name extends string, Input, Answer, Found extends KnownUser>(
  definition: Definition<Name, Input, Answer, Found>,
  { context: first, look }: { context: Context<Found>; look: () => Promise<Context<Found>> },
  input: Input & Asked,
  remember: Remember,
): Promise<Answer> {
  const { plan, explain } = definition.way;
  let context = first;
  for (let looks = 1; ; looks++) {
    const planned = await plan(context, input);
    if (planned.isDone) return planned.answer;
    if ((await commit(definition, context, input, planned, remember)) === "done") {
      return planned.answer;
    }
    if (looks === 2) {
      const refusal = await explain?.(context, planned);
      throw refusal ?? new Problem("conflict", { retryAfter: 1 });
    }
    context = await look();
  }
}

/** Stale: something was not any more as it had been read, and nothing was changed or charged. */
async function commit<Name extends string, Answer, Found extends KnownUser>(
  {
    type,
    decision,
    decide,
  }: Pick<Definition<Name, never, Answer, Found>, "type" | "decision" | "decide">,
  { deps, caller, actor, found }: Context<Found>,
  { proof }: Asked,
  { values, resourceId, event, ...plan }: Plan<Name, Answer>,
  remember: Remember,
): Promise<"done" | "stale"> {
  const { raisesEpoch, needsProof, effects: follows = [] } = decision;
  const claim = claimBy(deps, actor, found);
  const bound: Readonly<Record<string, Value>> = { ...values, ...claim };
  const effects = [
    ...follows.map((one) => one.with(bound)),
    ...(raisesEpoch ? takeAlong(caller) : []),
    recorded(deps, { ...eventOf(type, actor, found), ...event }),
    ...(plan.effects ?? []),
    ...(resourceId === undefined ? [] : remember(resourceId)),
  ];
  const isDone = await commitProven(deps, found, {
    actor,
    proof,
    isHarmless: plan.isHarmless ?? !needsProof,
    mark: claim,
    statements: (proven) => [
      // Nobody who was there when they were read: that would undo a deletion meanwhile.
      ...(found.isNew ? [CREATE_USER(deps, { ...claim, externalId: found.externalId })] : []),
      decide(deps, { ...bound, ...proven }),
      ...carryOut(deps, claimed(claim), effects),
    ],
  });
  return isDone ? "done" : "stale";
}

/** The caller may still speak, and the app is as it was read: no change can leave that out. */
function decisionText({ raisesEpoch, needsProof, set, only = [] }: Decision): string {
  const assignments = ["attempt = :attempt"];
  if (raisesEpoch) assignments.push("epoch = epoch + 1");
  if (set !== undefined) assignments.push(set);
  const conditions = ["users.id = :userId", LIVE_APP, LIVE_CALLER, ...only];
  if (needsProof) conditions.push(PROVEN);
  const where = conditions.map((one) => `(${one})`).join(" AND ");
  return `UPDATE users SET ${assignments.join(", ")} WHERE ${where} RETURNING id`;
}
