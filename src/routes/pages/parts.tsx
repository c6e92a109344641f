/**
 * Names, addresses and the like in one line. Each runs in the direction of its own letters, so that
 * a line of several reads in the page's.
 */
export function Parts({ of }: { of: readonly (string | null | undefined)[] }) {
  return (
    <>
      {of.filter(Boolean).map((part, at) => (
        <>
          {at > 0 && " · "}
          <bdi>{part}</bdi>
        </>
      ))}
    </>
  );
}
