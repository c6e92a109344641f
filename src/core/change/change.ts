/**
 * A change to a user, as data. Whoever defines a change says what must hold and what follows. The
 * rest is the same for all changes and is done here: the caller may still speak, the app is as it
 * was read, every statement depends on the decision, and the audit row, sessions, proofs,
 * Idempotency-Keys and a second look after a stale first one are taken care of.
 *
 * Some things do not go through here because they decide by rules of their own: codes
 * (`code/commit.ts`), passwords (`account/password-gate.ts`) and bare secrets
 * (`code/bare-secrets.ts`).
 */

import { carryOut, claimed, effect, type Effect } from "../../db/effect";
import { statement, type Statement, type Value, type Values } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { eventOf, recorded, type AuditEvent, type AuditType } from "../audit/event";
import { actorOf, isSession, type Actor, type Caller } from "../caller/actor";
import { claimBy } from "../caller/live";
import { loadKnownUser, loadUser } from "../caller/load";
import type { KnownUser } from "../user/record";
import { decisionText, type Decision, type NamesOf } from "./decision";
import { once, scopeOf, type Created, type IdempotentRequest, type Remember } from "./idempotency";
import { CREATE_USER, orNew } from "./new-user";
import { commitProven, type Proof } from "./proof";

/** What any caller may add to the change that they ask for. */
interface Asked {
  proof?: Proof | undefined;
  request?: IdempotentRequest | null | undefined;
}

/** Whom the change is about, as read, and who asks. */
export interface Context<Found extends KnownUser = KnownUser> {
  deps: Deps;
  caller: Caller;
  actor: Actor;
  found: Found;
}

/** What is to be decided, worked out from what was read. */
export interface Plan<Name extends string, Answer> {
  /** Further effects, which run after the audit row is written. */
  effects?: readonly Effect[];
  /** Further members of the audit event. */
  event?: Partial<AuditEvent>;
  /** The id of what is made, which an Idempotency-Key remembers. */
  resourceId?: string;
  /** The change neither ends nor adds a factor, as the decision checks. No proof is demanded. */
  isHarmless?: boolean;
  /** Everything is already as the change would make it, so nothing is written. */
  isDone?: boolean;
  values: Values<Name>;
  answer: Answer;
}

/**
 * How a change is worked out from what was read. Each of these functions may throw why it is
 * impossible.
 */
interface Way<Name extends string, Input, Answer, Found extends KnownUser> {
  /** Runs before the Idempotency-Key is looked at. */
  admit?: (context: Context<Found>, input: Input) => void;
  plan: (context: Context<Found>, input: Input) => Plan<Name, Answer> | Promise<Plan<Name, Answer>>;
  /** Says why the decision went against the change, if that can be told. */
  explain?: (
    context: Context<Found>,
    plan: Plan<Name, Answer>,
  ) => Promise<Problem | null> | Problem | null;
  /** Answers a request that was carried out before. */
  replay?: (context: Context<Found>, input: Input, created: Created) => Promise<Answer> | Answer;
}

const TAKE_ALONG = effect(
  "UPDATE sessions SET epoch = (SELECT epoch FROM users WHERE id = :userId)",
  "id = :sessionId",
);

/** Keeps the session that makes a change, where the change ends all sessions. */
export function takeAlong(caller: Caller): Effect[] {
  return isSession(caller) ? [TAKE_ALONG({ sessionId: caller.sessionId })] : [];
}

/** All changes that are defined. The tests try each of them. */
export const CHANGES: { type: AuditType; decision: string }[] = [];

/** Makes the change, and answers what its plan says. */
export type Change<Input, Answer> = (deps: Deps, caller: Caller, input: Input) => Promise<Answer>;

/**
 * Defines how changes are made to users who are found in this way. Besides what its own parts and
 * finding the user throw, a change throws what `commitProven` throws, `idempotency_mismatch`, and
 * `conflict` if what was read had become stale twice in a row.
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

/** Defines a change to a user who exists. */
export const change = changeOf(loadKnownUser);

/** Defines a change that creates the user if they do not exist yet. */
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

/** Tries once more if what was read was stale. The second look then says what changed. */
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

/**
 * Commits a planned change. "stale" says that something was no longer as it had been read, and that
 * nothing was changed or charged.
 */
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
