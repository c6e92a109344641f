/** What was decided about a code, as the statements of the commit return it. */

/** A spent code was right once, and is refused without being charged. */
export type Verdict = "passed" | "wrong" | "spent";

export interface Ruling {
  verdict: Verdict;
  failures: number;
  /** Null for a capped user as well, because a cap does not end with time. */
  lockedUntil: number | null;
  /** Whether this attempt capped the user. */
  capped: boolean;
  /** How many attempts the challenge has been charged with, including this one. */
  challengeAttempts: number;
  backupCodesRemaining: number;
  /** The results of the change that the code was to prove. */
  changed?: D1Result[];
}

/** What the deciding statement returns. */
export interface Decided {
  failures: number;
  lockedUntil: number | null;
  capped: number;
  attemptsBefore: number | null;
}

export function readRuling(decided: Partial<Decided> = {}, remaining?: number): Ruling | null {
  const { failures, lockedUntil = null, attemptsBefore } = decided;
  if (failures === undefined || remaining === undefined) return null;
  const capped = decided.capped === 1;
  return {
    verdict: failures === 0 ? "passed" : "wrong",
    failures,
    lockedUntil: capped ? null : lockedUntil,
    capped,
    challengeAttempts: (attemptsBefore ?? 0) + 1,
    backupCodesRemaining: remaining,
  };
}

export function readSpent({ failures, attemptsBefore }: Partial<Decided> = {}): Ruling | null {
  return failures === undefined ? null : spentRuling(failures, attemptsBefore ?? 0);
}

/** The ruling about a spent code, which changes nothing. */
export function spentRuling(failures: number, challengeAttempts = 0): Ruling {
  const unchanged = { lockedUntil: null, capped: false, backupCodesRemaining: 0 };
  return { verdict: "spent", failures, challengeAttempts, ...unchanged };
}
