/** Stands in the bundle for zod's translations of its messages (`alias` in wrangler.toml). */
export const locales = "left out";
