/** The schemas that a part of the API document refers to, and those that they refer to, by name. */
export function namedSchemas(part, schemas, kept = {}) {
  for (const [, name] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    if (name in kept) continue;
    kept[name] = schemas[name];
    namedSchemas(schemas[name], schemas, kept);
  }
  return kept;
}
