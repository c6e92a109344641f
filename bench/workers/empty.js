/** A Worker that does nothing: what an engine costs that answers a first request. */

// oxlint-disable-next-line import/no-default-export -- A Worker is its module's default export.
export default { fetch: () => new Response("ok") };
