/**
 * Stands in the bundle for parts of zod that nothing uses (`alias` in wrangler.toml): its
 * translations, its compiler, which makes code at run time as Workers forbid, and its reader and
 * writer of JSON Schema. It exports the names that zod's own modules pass on.
 */
export const locales = "left out";
export const compile = unused;
export const fromJSONSchema = unused;
export const INVALID = Symbol("left out");
export const withParser = unused;
export const JSONSchemaGenerator = unused;
export const createStandardJSONSchemaMethod = () => unused;
export const createToJSONSchemaMethod = () => unused;
export const extractDefs = unused;
export const finalize = unused;
export const handleUnrepresentable = unused;
export const initializeContext = unused;
export const processSchema = unused;
export const ZodCompileAsyncError = Error;
export const ZodCompileUnsupportedError = Error;

function unused(): never {
  throw new Error("This part of zod is left out of the bundle (wrangler.toml).");
}
