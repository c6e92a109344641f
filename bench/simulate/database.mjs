/** A database: one thread that does one thing after the other, in the order in which it was asked. */

/**
 * `mostWait`: whoever would have to wait longer, in ms, is turned away. `outage`: `from` and `to` in ms, and whether it `refuses` at once
 * in that time or is silent.
 */
export function createDatabase({ mostWait = Infinity, outage = null } = {}) {
  let freeAt = 0;
  return {
    /**
     * Asks at a time for work that holds the thread for `hold` ms. Answers when it is done. `afterwards`: for how long the answer waits
     * without holding up others. `done` is false when it was refused, and `at` is never when there is no answer.
     */
    ask(now, { hold, afterwards = 0 }) {
      if (outage && now >= outage.from && now < outage.to) {
        return { done: false, at: outage.refuses ? now : Infinity };
      }
      const begins = Math.max(now, freeAt);
      if (begins - now > mostWait) return { done: false, at: now };
      freeAt = begins + hold;
      return { done: true, at: freeAt + afterwards };
    },
  };
}
