/** What happens next: events in the order of their times, and at the same time in the order in which they were noted. */

import TinyQueue from "tinyqueue";

export function createAgenda() {
  const queue = new TinyQueue([], (a, b) => a.time - b.time || a.order - b.order);
  let order = 0;
  return {
    /** Notes that `act(time)` is due at this time, in ms. */
    at: (time, act) => queue.push({ time, order: order++, act }),
    /** Until nothing is left to do. */
    run: () => {
      while (queue.length > 0) {
        const { time, act } = queue.pop();
        act(time);
      }
    },
  };
}
