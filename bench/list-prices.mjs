/**
 * What Cloudflare asks, in US dollars, and what the paid plan includes in a month. Read in November 2026 in
 * developers.cloudflare.com/workers/platform/pricing/, …/d1/platform/pricing/, …/kv/platform/pricing/ and …/r2/pricing/.
 */

const MILLION = 1e6;

/** `dollars` for one; `included`: as many a month cost nothing. */
export const PRICES = {
  request: { dollars: 0.3 / MILLION, included: 10 * MILLION },
  cpuMs: { dollars: 0.02 / MILLION, included: 30 * MILLION },
  rowRead: { dollars: 0.001 / MILLION, included: 25_000 * MILLION },
  rowWritten: { dollars: 1 / MILLION, included: 50 * MILLION },
  kvRead: { dollars: 0.5 / MILLION, included: 10 * MILLION },
  kvWrite: { dollars: 5 / MILLION, included: MILLION },
  gigabyteInD1: { dollars: 0.75, included: 5 },
  gigabyteInR2: { dollars: 0.015, included: 10 },
  writeToR2: { dollars: 4.5 / MILLION, included: MILLION },
};

/** A month, whatever is used. */
export const PLAN_DOLLARS = 5;

/** A month everywhere in this repository, of prices as well as of verifications. */
export const DAYS_A_MONTH = 30;
