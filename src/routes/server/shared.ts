/** What every route of the server API declares. */

/** Any key problem, and the limits in front of it. */
export const KEY_PROBLEMS = ["unauthorized", "insufficient_scope", "rate_limited"] as const;

export const security = [{ apiKey: [] }];
